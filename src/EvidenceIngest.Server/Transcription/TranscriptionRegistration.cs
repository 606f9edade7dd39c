using EvidenceIngest.Server.Transcription.Vosk;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.Transcription;

internal static class TranscriptionRegistration
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    public static void AddTranscription(this IServiceCollection services, TranscriptionOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<VoskEngine>();
        services.AddKeyedSingleton(
            typeof(Transcribers),
            (_, _) => new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = ConnectLimit }) { Timeout = Timeout.InfiniteTimeSpan });
        services.AddSingleton(s => new Transcribers(options, s.GetRequiredService<VoskEngine>(), s.GetRequiredKeyedService<HttpClient>(typeof(Transcribers))));
        services.AddSingleton<DraftRecord>();
        services.AddSingleton<AwaitedModels>();
        services.AddSingleton<LanguageChoice>();
    }
}
