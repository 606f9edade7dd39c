# The whole service in one container: database, object store, dock and server, as scripts/run starts them.
#   docker build -t evidence-ingest . && docker run -p 8620:8620 -v evidence:/data evidence-ingest
# A container without extra rights cannot mount USB recorders; dock folders with --bay folder:/cards,
# or run `evidence-ingest dock` on the docking station itself.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet restore EvidenceIngest.sln \
 && dotnet publish src/EvidenceIngest -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS dotnet

# Debian 12, because Ceph's gateway, PostgreSQL and ffmpeg are tested in the versions it has; the
# .NET 10 images stand on Ubuntu. The .NET runtime is built for any Linux, so it is copied.
FROM debian:12-slim
COPY --from=dotnet /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet

WORKDIR /opt/evidence-ingest
COPY scripts scripts
RUN scripts/setup --packages-only && rm -rf /var/lib/apt/lists/*
COPY --from=build /app app

RUN useradd --create-home --uid 10001 evidence \
 && install -d -o evidence -g evidence -m 0700 /data
USER evidence
VOLUME /data

# The API listens on every address of the container; database and object store stay on its loopback.
ENV EVIDENCE_HOME=/data \
    EVIDENCE_EXECUTABLE=/opt/evidence-ingest/app/evidence-ingest \
    EVIDENCE_Server__Urls=http://0.0.0.0:8620 \
    TZ=Asia/Shanghai
EXPOSE 8620
# 8620 is free in a container of its own, so it is the port that scripts/run chooses.
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s CMD curl --fail --silent http://127.0.0.1:8620/health || exit 1
# The servers are shut down in order before the container ends: give it more than Docker's ten seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["scripts/run"]
