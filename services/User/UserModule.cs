using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Caching;
using Suite.Platform.Faults;
using Suite.Platform.Hosting;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Projections;
using Suite.Users.Events;
using Suite.Users.Features;
using Suite.Users.Storage;

namespace Suite.Users;

/// <summary>The door of the User service.</summary>
public static class UserModule
{
    /// <summary>The topic of everything that happens to users.</summary>
    internal const string Topic = "suite.user.v1";

    /// <summary>Adds the service.</summary>
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPostgres(builder.Configuration, "suite_user");
        services.AddIdempotency();
        services.AddListing();
        services.AddMessaging(builder.Configuration, "suite/user", Topic);
        services.AddHistory();
        services.AddMigrations(new MigrationSet("user", typeof(UserModule).Assembly, "Suite.Users.Storage.Migrations"));
        services.AddSingleton<UserStore>();
        services.AddContractCache(builder.Configuration, "user", User.Parser, UserCache.VersionOf);
        services.AddSingleton<UserCache>();
        services.AddBroadcast<UserNews>(Topic);
        services.AddSingleton<PasswordStore>();
        services.AddServiceClient<OrderService.OrderServiceClient>("SUITE_ORDER_ADDRESS");
        services.AddSingleton<OpenOrders>();
        services.AddSingleton<RequestFingerprint>();
        services.AddSingleton<UserChanges>();
        services.AddSingleton<CreateUser>();
        services.AddSingleton<GetUsers>();
        services.AddSingleton<ListUsers>();
        services.AddSingleton<UpdateUser>();
        services.AddSingleton<SuspendUser>();
        services.AddSingleton<ReactivateUser>();
        services.AddSingleton<DeleteUser>();
        services.AddSingleton<ChangePassword>();
        builder.AddSignIn();
        // Without state, so that one serves every call.
        services.AddSingleton<UserGrpcService>();
    }

    /// <summary>Maps the service's endpoints.</summary>
    public static void MapUsers(this WebApplication app)
    {
        app.MapGrpcService<UserGrpcService>();
        app.MapSignIn();
        app.MapHistory();
        app.MapDeadLetters();
        app.MapFaults();
    }
}
