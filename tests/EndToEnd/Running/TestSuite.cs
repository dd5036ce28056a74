using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Npgsql;
using Suite.Client;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Local;
using Suite.Local.Folders;
using Suite.Local.Services;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>A suite of real processes, and the ways into it that tests need.</summary>
internal sealed class TestSuite : IAsyncDisposable
{
    private static readonly bool IsCi = Environment.GetEnvironmentVariable("CI") is not (null or "" or "false");

    private readonly LocalSuiteOptions _options;
    private readonly Dictionary<string, GrpcChannel> _channels = [];
    private readonly HashSet<LocalService> _changed = [];
    private readonly HashSet<string> _products = [];

    private TestSuite(LocalSuiteOptions options, LocalSuite local)
    {
        _options = options;
        Local = local;
    }

    public LocalSuite Local { get; private set; }

    /// <summary>The folder of everything it keeps, <c>logs</c> among it.</summary>
    public string DataDirectory => _options.DataDirectory;

    /// <summary>The administrator's API key. Every way into the suite that is made here sends it.</summary>
    public string AdminKey => File.ReadAllText(Local.AdminKeyFile).Trim();

    public UserService.UserServiceClient Users => new(Calls(Local.User.GrpcAddress));

    public ProductService.ProductServiceClient Products => new(Calls(Local.Order.GrpcAddress));

    public LedgerService.LedgerServiceClient Ledger => new(Calls(Local.Payment.GrpcAddress));

    public ReconciliationService.ReconciliationServiceClient Reconciliation => new(Calls(Local.Payment.GrpcAddress));

    /// <summary>
    /// Starts one with settings that make waiting short. The calling test is ignored where PostgreSQL is missing, except in CI.
    /// </summary>
    public static async Task<TestSuite> StartAsync(Func<LocalSuiteOptions, LocalSuiteOptions> change)
    {
        var options = change(new LocalSuiteOptions
        {
            DataDirectory = ScratchFolder.Create("e2e"),
            OutlivesPower = false,
            Environment = new Dictionary<string, string>
            {
                ["SUITE_PROVIDER_TIMEOUT"] = "1",
                ["SUITE_PAYMENT_LEASE"] = "2",
                ["SUITE_SIMULATOR_SLOW"] = "0.8",
            },
        });
        try
        {
            return new TestSuite(options, await LocalSuite.StartAsync(options));
        }
        catch (SuiteLocalException e) when (!IsCi && e.Message.Contains("apt", StringComparison.Ordinal))
        {
            Assert.Ignore(e.Message);
            throw;
        }
    }

    /// <summary>The generated client of one replica: no retries, every answer as it is.</summary>
    public OrderService.OrderServiceClient Orders(int replica = 0) => new(Calls(Local.Service("order", replica).GrpcAddress));

    public PaymentService.PaymentServiceClient Payments(int replica = 0) => new(Calls(Local.Service("payment", replica).GrpcAddress));

    /// <summary>The client library, which outlives what these tests do to the services.</summary>
    public SuiteClient Client(int replica = 0) => new(new SuiteClientOptions
    {
        UserAddress = new Uri(Local.User.GrpcAddress),
        OrderAddress = new Uri(Local.Service("order", replica).GrpcAddress),
        PaymentAddress = new Uri(Local.Payment.GrpcAddress),
        Credentials = SuiteCredentials.FromFile(Local.AdminKeyFile),
        Timeout = TimeSpan.FromSeconds(60),
        Retry = new SuiteRetryOptions
        {
            MaxDelay = TimeSpan.FromSeconds(0.5),
            BudgetSize = 100_000,
            StreamPatience = TimeSpan.FromMinutes(2),
        },
    });

    /// <summary>The client library as it is by itself, told of the suite by the environment: the addresses of every replica.</summary>
    public SuiteClient ClientOfAll(Action<SuiteRetry> onRetry)
    {
        var options = SuiteSettings.FromEnvironment(
            profiles: SuiteProfiles.Load(Path.Combine(_options.DataDirectory, "no-profiles.json")),
            variable: name => Local.ClientEnvironment.GetValueOrDefault(name));
        options.OnRetry = onRetry;
        return new SuiteClient(options);
    }

    /// <summary>Calls to a service, with the administrator's key or with another token.</summary>
    public CallInvoker Calls(string address, string? token = null)
    {
        var bearer = "Bearer " + (token ?? AdminKey);
        return Channel(address).Intercept(headers =>
        {
            headers.Add("authorization", bearer);
            return headers;
        });
    }

    /// <summary>A client of a service's HTTP/JSON, with the administrator's key.</summary>
    public HttpClient Http(LocalService service) => new()
    {
        BaseAddress = new Uri(service.HttpAddress),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AdminKey) },
    };

    /// <summary>A connection to a service, which sends nothing by itself.</summary>
    public GrpcChannel Channel(string address)
    {
        lock (_channels)
        {
            return _channels.TryGetValue(address, out var channel)
                ? channel
                : _channels[address] = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        }
    }

    public async Task<string> NewCustomerAsync()
    {
        var user = await Users.CreateUserAsync(new CreateUserRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            User = new User { Email = $"{Guid.NewGuid():N}@example.com", DisplayName = "Ada" },
        });
        return user.Name;
    }

    /// <summary>Sees to it that a product is in the price book.</summary>
    public async Task ProductAsync(string sku, long units, string currency = "EUR")
    {
        bool isNew;
        lock (_products)
        {
            isNew = _products.Add(sku);
        }

        if (isNew)
        {
            await Products.CreateProductAsync(new CreateProductRequest
            {
                RequestId = Guid.NewGuid().ToString(),
                ProductId = sku,
                Product = new Product { DisplayName = sku, Price = new Google.Type.Money { CurrencyCode = currency, Units = units } },
            });
        }
    }

    /// <summary>A request for one line: by default one <c>tea</c>, which is seen to be in the price book.</summary>
    public async Task<CreateOrderRequest> RequestAsync(string customer, string token = "tok_visa", string sku = "tea", int quantity = 1)
    {
        await ProductAsync(sku, 3);
        return new CreateOrderRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            Order = new Order
            {
                Customer = customer,
                PaymentMethod = token,
                Lines = { new OrderLine { Product = $"products/{sku}", Quantity = quantity } },
            },
        };
    }

    /// <summary>Places an order of a new customer.</summary>
    public async Task<Order> PlaceAsync(string token = "tok_visa", int replica = 0) =>
        await Orders(replica).CreateOrderAsync(await RequestAsync(await NewCustomerAsync(), token));

    /// <summary>Waits until an order is decided, as any caller would: by watching it.</summary>
    public async Task<Order> DecidedAsync(string name, int replica = 0)
    {
        await using var client = Client(replica);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await client.Orders.WaitAsync(name, cancellationToken: limit.Token);
    }

    /// <summary>The payment of an order, once there is one.</summary>
    public async Task<Payment?> PaymentOfAsync(string order) =>
        (await Payments().ListPaymentsAsync(new ListPaymentsRequest { Filter = $"order = \"{order}\"" })).Payments.SingleOrDefault();

    public async Task<T> ScalarAsync<T>(string service, string sql, params object[] values)
    {
        await using var connection = await ConnectAsync(service);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<List<T>> RowsAsync<T>(string service, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = await ConnectAsync(service);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async Task ExecuteAsync(string service, string sql)
    {
        await using var connection = await ConnectAsync(service);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A connection to a service's database, past the service. Not pooled: servers come and go here.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string service)
    {
        var settings = new NpgsqlConnectionStringBuilder(Local.PostgresConnectionString) { Database = "suite_" + service, Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Starts a service again with other settings, until <see cref="MendAsync"/>.</summary>
    public async Task RestartAsync(LocalService service, params (string Key, string Value)[] settings)
    {
        _changed.Add(service);
        try
        {
            await service.RestartAsync(settings.ToDictionary(s => s.Key, s => s.Value));
        }
        catch (SuiteLocalException e)
        {
            // What it waited for is often another service; its own last lines stand in the message.
            throw new SuiteLocalException(string.Join("\n", Local.Services.Where(s => s != service).Select(s => $"{s.Title}:\n  {s.Process?.LastLines()}").Prepend(e.Message)), e);
        }
    }

    /// <summary>SIGKILL to every process at once, and a new start on what is left: the databases; a broker in memory forgets.</summary>
    public async Task KillEverythingAndStartAgainAsync()
    {
        await Task.WhenAll(Local.Services.Select(s => s.KillAsync()).Append(Local.Kafka!.KillAsync()).Append(Local.Postgres!.KillAsync()));
        await Local.DisposeAsync();
        _changed.Clear();
        Local = await LocalSuite.StartAsync(_options);
    }

    /// <summary>Brings back whatever is gone, and gives services that were started with other settings their usual ones.</summary>
    public async Task MendAsync()
    {
        if (Local.Postgres!.Exited.IsCompleted)
        {
            await Local.StartPostgresAsync();
        }

        if (Local.Redis!.Exited.IsCompleted)
        {
            await Local.StartRedisAsync();
        }

        if (Local.Mongo is { Exited.IsCompleted: true })
        {
            await Local.StartMongoAsync();
        }

        if (Local.Elasticsearch is { Exited.IsCompleted: true })
        {
            await Local.StartElasticsearchAsync();
        }

        await Task.WhenAll(Local.Services.Where(s => _changed.Remove(s) | s.Process!.Exited.IsCompleted).Select(s => s.RestartAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels.Values)
        {
            channel.Dispose();
        }

        await Local.DisposeAsync();
        if (TestContext.CurrentContext.Result.FailCount > 0)
        {
            TestContext.Progress.WriteLine($"What the services said is in {Path.Combine(_options.DataDirectory, "logs")}.");
            return;
        }

        Directory.Delete(_options.DataDirectory, recursive: true);
    }
}
