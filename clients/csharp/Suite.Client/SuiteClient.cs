namespace Suite.Client;

/// <summary>
/// The door to a suite. Make one and keep it: it is safe for any number of concurrent calls, opens connections only when
/// they are needed, and closes them when it is disposed.
/// </summary>
public sealed class SuiteClient : IAsyncDisposable, IDisposable
{
    private readonly ServiceEndpoint[] _endpoints;
    private readonly TokenSource _tokens;
    private readonly SessionCredentials? _session;

    /// <summary>Makes a client with the settings of the environment and the profile file, see <see cref="SuiteSettings.FromEnvironment"/>.</summary>
    /// <exception cref="FormatException">A setting or the profile file can not be read.</exception>
    public SuiteClient()
        : this(SuiteSettings.FromEnvironment())
    {
    }

    /// <summary>Makes a client. Options are read here and not again.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or an address is neither http nor https.</exception>
    public SuiteClient(SuiteClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SuiteSettings.Validate(options);
        _tokens = new TokenSource(options.Credentials);
        _endpoints = [.. Enum.GetValues<SuiteService>().Select(service => new ServiceEndpoint(service, options, _tokens))];
        var environment = new CallEnvironment(options);
        Sessions = new SessionsClient(environment, Endpoint(SuiteService.User));
        _session = options.Credentials is SuiteSession session ? session.Credentials : options.Credentials as SessionCredentials;
        _session?.Attach(Sessions);
        ApiKeys = new ApiKeysClient(environment, Endpoint(SuiteService.User));
        Users = new UsersClient(environment, Endpoint(SuiteService.User));
        Products = new ProductsClient(environment, Endpoint(SuiteService.Order));
        Orders = new OrdersClient(environment, Endpoint(SuiteService.Order));
        Payments = new PaymentsClient(environment, Endpoint(SuiteService.Payment));
        Ledger = new LedgerClient(environment, Endpoint(SuiteService.Payment));
        Reconciliation = new ReconciliationClient(environment, Endpoint(SuiteService.Payment));
        Projections = new ProjectionsClient(environment, Endpoint(SuiteService.Order));
        DeadLetters = new DeadLettersClient(environment, Endpoint);
        Faults = new FaultsClient(environment, Endpoint);
    }

    /// <summary>The people who place orders.</summary>
    public UsersClient Users { get; }

    /// <summary>Signing in and out.</summary>
    public SessionsClient Sessions { get; }

    /// <summary>The keys of backends.</summary>
    public ApiKeysClient ApiKeys { get; }

    /// <summary>The price book.</summary>
    public ProductsClient Products { get; }

    /// <summary>Orders.</summary>
    public OrdersClient Orders { get; }

    /// <summary>Payments and disputes.</summary>
    public PaymentsClient Payments { get; }

    /// <summary>The ledger.</summary>
    public LedgerClient Ledger { get; }

    /// <summary>Comparing orders, payments, the ledger and the provider's record.</summary>
    public ReconciliationClient Reconciliation { get; }

    /// <summary>Documents that are made of events, such as the stories of orders.</summary>
    public ProjectionsClient Projections { get; }

    /// <summary>Messages that services could not process.</summary>
    public DeadLettersClient DeadLetters { get; }

    /// <summary>Faults that a running service is made to meet, in development.</summary>
    public FaultsClient Faults { get; }

    /// <summary>The address calls to a service go to.</summary>
    public Uri AddressOf(SuiteService service) => Endpoint(service).Address;

    /// <summary>Closes the connections. Calls that still run fail.</summary>
    public void Dispose()
    {
        _session?.Detach(Sessions);
        foreach (var endpoint in _endpoints)
        {
            endpoint.Dispose();
        }

        _tokens.Dispose();
    }

    /// <summary>Closes the connections. Calls that still run fail.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private ServiceEndpoint Endpoint(SuiteService service) => _endpoints[(int)service];
}
