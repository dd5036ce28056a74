using Suite.Payments;
using Suite.Platform.Hosting;

var builder = SuiteHost.CreateBuilder(args, "payment");
builder.AddPayments();

var app = builder.Build();
app.MapSuiteDefaults();
app.MapPayments();
await app.RunAsync();
