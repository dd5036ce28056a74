using Suite.Platform.Hosting;
using Suite.Users;

var builder = SuiteHost.CreateBuilder(args, "user");
builder.AddUsers();

var app = builder.Build();
app.MapSuiteDefaults();
app.MapUsers();
await app.RunAsync();
