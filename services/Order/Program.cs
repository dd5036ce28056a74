using Suite.Orders;
using Suite.Platform.Hosting;

var builder = SuiteHost.CreateBuilder(args, "order");
builder.AddOrders();

var app = builder.Build();
app.MapSuiteDefaults();
app.MapOrders();
await app.RunAsync();
