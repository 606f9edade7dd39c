using EvidenceIngest.Web.Api;
using EvidenceIngest.Web.Assets;
using EvidenceIngest.Web.Docks;
using EvidenceIngest.Web.Sessions;
using EvidenceIngest.Web.Shell;
using EvidenceIngest.Web.Words;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Web;

/// <summary>Puts the pages beside the API: they are one more client of it, with the rights of whoever logged in and no others.</summary>
public static class WebRegistration
{
    // So long a page whose connection broke finds itself again as it was.
    private static readonly TimeSpan AwayFor = TimeSpan.FromMinutes(10);

    // A transcript comes in one message: as many bytes as the API takes of one. The default, 32 KiB, is half an hour of speech.
    private const long LargestMessage = 8 << 20;

    /// <summary>Registers the pages; the server role has to be in the same host.</summary>
    public static IServiceCollection AddEvidenceWeb(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitRetentionPeriod = AwayFor)
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = LargestMessage);
        services.AddAuthentication(SessionCookie.Scheme).AddScheme<AuthenticationSchemeOptions, SessionCookieHandler>(SessionCookie.Scheme, configureOptions: null);
        services.AddAuthorization();
        services.AddCascadingAuthenticationState();
        services.AddAntiforgery(forgery => forgery.Cookie.Name = "evidence-form");
        services.AddHttpContextAccessor();
        services.AddSingleton<EmbeddedAssets>();
        services.AddSingleton<ServiceAddress>();
        services.AddSingleton<RenewedSessions>();
        services.AddSingleton<DockScreens>();
        services.AddScoped<Say>();
        services.AddScoped<Visitor>();
        services.AddScoped<ServiceApi>();
        services.AddScoped<ScreenAddress>();
        return services;
    }

    /// <summary>Maps every page, what they load, and downloads.</summary>
    public static void MapEvidenceWeb(this WebApplication app)
    {
        app.Use(PageHeaders.AddAsync);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapAssets();
        app.MapSessions();
        app.MapDownloads();
        app.MapPackageArchive();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null);
    }
}
