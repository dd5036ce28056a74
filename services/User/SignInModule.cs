using Suite.Platform.Locking;
using Suite.Platform.RateLimiting;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Features;
using Suite.Users.Features.ApiKeys;
using Suite.Users.Features.Limits;
using Suite.Users.Features.Passwords;
using Suite.Users.Features.Sessions;
using Suite.Users.Features.SigningKeys;
using Suite.Users.Features.Trust;
using Suite.Users.Storage;

namespace Suite.Users;

/// <summary>What of this room is about who somebody is: passwords, sessions, API keys, and the keys that sign.</summary>
internal static class SignInModule
{
    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddLocks(builder.Configuration);
        services.AddRateLimiting(builder.Configuration);
        services.AddSingleton<ISignInLimits, SignInLimits>();

        services.AddSingleton(_ => Argon2Options.From(builder.Configuration));
        services.AddSingleton<Argon2PasswordHasher>();
        services.AddSingleton<IPasswordHasher>(provider => provider.GetRequiredService<Argon2PasswordHasher>());

        services.AddSingleton(_ => MasterKey.Load(builder.Configuration, builder.Environment));
        services.AddSingleton(_ => SigningKeyOptions.From(builder.Configuration));
        services.AddSingleton<KeyVault>();
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<AccessTokenIssuer>();
        services.AddHostedService<SigningKeyKeeper>();

        services.AddSingleton(_ => SessionLifetimes.From(builder.Configuration));
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SignInStore>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<SessionEnding>();
        services.AddSingleton<ISessionEnder>(provider => provider.GetRequiredService<SessionEnding>());
        services.AddSingleton<CreateSession>();
        services.AddSingleton<RefreshSession>();
        services.AddSingleton<DeleteSession>();
        services.AddSingleton<ListSessions>();
        services.AddSingleton<SessionGrpcService>();

        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<CreateApiKey>();
        services.AddSingleton<ListApiKeys>();
        services.AddSingleton<RevokeApiKey>();
        services.AddSingleton<ApiKeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUses>());
        services.AddHostedService<AdministratorKey>();
        services.AddSingleton<ApiKeyGrpcService>();

        services.AddSingleton<RevocationStore>();
        services.AddSingleton<RecordTrustSource>();
        services.AddSingleton<ITrustSource>(provider => provider.GetRequiredService<RecordTrustSource>());
        services.AddHostedService<TrustCleanup>();
        services.AddSingleton<TrustGrpcService>();
    }

    public static void MapSignIn(this WebApplication app)
    {
        app.MapGrpcService<SessionGrpcService>();
        app.MapGrpcService<ApiKeyGrpcService>();
        app.MapGrpcService<TrustGrpcService>();
        app.MapWellKnown();
    }
}
