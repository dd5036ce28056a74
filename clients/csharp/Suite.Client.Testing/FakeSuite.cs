using Google.Protobuf;
using Google.Type;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>
/// A suite in memory, for tests of programs that use <see cref="SuiteClient"/>. It keeps the contract: prices come from the price
/// book, a <c>request_id</c> happens once, payment tokens lead to the states they lead to in a real one. What calls meet can
/// be scripted: failures before and after the effect, broken streams, delays, replies. Safe for concurrent use.
/// </summary>
public sealed class FakeSuite
{
    private readonly FakeCallInvoker _invoker;
    private readonly FakeState _state;
    private readonly CallScript _script = new();

    /// <summary>Makes an empty suite.</summary>
    /// <param name="time">The clock of times, delays and slow payments; also of the clients made here.</param>
    public FakeSuite(TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        _state = new FakeState(Time);
        _invoker = new FakeCallInvoker(_state, _script, Time);
    }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Takes calls without a <see cref="SuiteClient"/>, or as its <see cref="SuiteClientOptions.CallInvokers"/>.</summary>
    public CallInvoker Invoker => _invoker;

    /// <summary>All calls so far, in the order they came. A copy.</summary>
    public IReadOnlyList<FakeCall> Calls => _invoker.Calls;

    /// <summary>How long payments take to be decided; zero unless set: an order is decided before the call that placed it returns its PENDING.</summary>
    public TimeSpan PaymentDelay
    {
        get => _state.PaymentDelay;
        set => _state.PaymentDelay = value;
    }

    /// <summary>Leaves payments undecided until <see cref="DecidePayments"/>.</summary>
    public bool HoldPayments
    {
        get => _state.HoldPayments;
        set => _state.HoldPayments = value;
    }

    /// <summary>
    /// The token every call has to carry; <c>null</c> asks for none. Calls without it are UNAUTHENTICATED, but for the access tokens and API
    /// keys that this suite gave out: they are good for what the contract says, in the name of whom they belong to, always.
    /// </summary>
    public string? RequiredToken
    {
        get => _invoker.RequiredToken;
        set => _invoker.RequiredToken = value;
    }

    /// <summary>
    /// Ends the stream of an import when it meets a request, with a code that may be one request's fault, the way a message too
    /// large does; <c>null</c>, or a <c>null</c> code, lets it go on.
    /// </summary>
    public Func<CreateOrderRequest, StatusCode?>? ImportBreaker
    {
        get => _script.ImportBreaker;
        set => _script.ImportBreaker = value;
    }

    /// <summary>How long access tokens live that are given out from here on; 5 minutes unless set.</summary>
    public TimeSpan AccessTokenLifetime
    {
        get => _state.AccessTokenLifetime;
        set => _state.AccessTokenLifetime = value;
    }

    /// <summary>The living sessions, oldest first. A copy.</summary>
    public IReadOnlyList<Session> Sessions => _state.Read(s => s.Sessions.Values.Where(f => !f.HasEnded).Select(f => f.Session.Clone()));

    /// <summary>The API keys without their secrets, oldest first. A copy.</summary>
    public IReadOnlyList<ApiKey> ApiKeys => _state.Read(s => s.ApiKeys.Values.Select(k => k.Clone()));

    /// <summary>The users, oldest first. A copy.</summary>
    public IReadOnlyList<User> Users => _state.Read(s => s.Users.Values.Select(u => u.Clone()));

    /// <summary>The price book, by sku. A copy.</summary>
    public IReadOnlyList<Product> Products => _state.Read(s => s.Products.Values.Select(p => p.Clone()));

    /// <summary>The orders as they are, oldest first. A copy.</summary>
    public IReadOnlyList<Order> Orders => _state.Read(s => s.Orders.Values.Select(o => o.Current.Clone()));

    /// <summary>The payments as they are, oldest first. A copy.</summary>
    public IReadOnlyList<Payment> Payments => _state.Read(s => s.Payments.Values.Select(p => p.Clone()));

    /// <summary>The disputes as they are, oldest first. A copy.</summary>
    public IReadOnlyList<Dispute> Disputes => _state.Read(s => s.Disputes.Values.Select(d => d.Clone()));

    /// <summary>The transactions of the ledger, oldest first. A copy.</summary>
    public IReadOnlyList<Transaction> Transactions => _state.Read(s => s.Transactions.Values.Select(t => t.Clone()));

    /// <summary>Makes a client of this suite.</summary>
    /// <param name="configure">Changes its options.</param>
    public SuiteClient CreateClient(Action<SuiteClientOptions>? configure = null)
    {
        var options = new SuiteClientOptions { CallInvokers = _ => Invoker, TimeProvider = Time };
        configure?.Invoke(options);
        return new SuiteClient(options);
    }

    /// <summary>Adds an active user, without a call; with a password, 10 characters or more, one who can sign in.</summary>
    public User AddUser(string email, string displayName = "", string? password = null) =>
        _state.Write(s => FakeUsers.Add(s, email, displayName, password));

    /// <summary>Adds an API key with these scopes, without a call, and returns its secret.</summary>
    public string AddApiKey(params string[] scopes) =>
        _state.Write(s => FakeApiKeys.Add(s, new ApiKey { DisplayName = "a key", Scopes = { scopes } })).Secret;

    /// <summary>Ends every session of a user, as a suspension or another device would.</summary>
    public void EndSessions(string user) => _state.Write(s =>
    {
        FakeSignIns.EndAll(s, user);
        return true;
    });

    /// <summary>Adds a product, without a call.</summary>
    /// <param name="sku">The last part of its name.</param>
    /// <param name="price">The price of one unit in whole and decimal units, for example 12.50.</param>
    /// <param name="currencyCode">ISO 4217.</param>
    public Product AddProduct(string sku, decimal price, string currencyCode = "EUR") => _state.Write(s => FakeProducts.Add(
        s, sku, new Product { DisplayName = sku, Price = new Money { CurrencyCode = currencyCode, DecimalValue = price } }));

    /// <summary>Puts a user into another state, for example suspended.</summary>
    /// <exception cref="RpcException">NOT_FOUND.</exception>
    public User SetUserState(string name, User.Types.State state) => _state.Write(s => FakeUsers.SetState(s, name, state));

    /// <summary>Parks a dead letter at a service. Its id is chosen here.</summary>
    public DeadLetter AddDeadLetter(DeadLetter deadLetter)
    {
        ArgumentNullException.ThrowIfNull(deadLetter);
        return _state.Write(s => FakeDeadLetters.Add(s, deadLetter));
    }

    /// <summary>Adds a projection, or puts one of the same name in its place.</summary>
    public Projection AddProjection(Projection projection)
    {
        ArgumentNullException.ThrowIfNull(projection);
        return _state.Write(s => FakeProjections.Add(s, projection));
    }

    /// <summary>
    /// Decides all payments that are undecided, whatever <see cref="HoldPayments"/> and <see cref="PaymentDelay"/> say. The holders of cards
    /// whose payments are REQUIRES_ACTION do what is wanted of them.
    /// </summary>
    public void DecidePayments() => _state.Write(s => FakePayments.DecideAll(s));

    /// <summary>Decides a dispute that is OPEN; the tokens <c>tok_dispute_won</c> and <c>tok_dispute_lost</c> do it by themselves.</summary>
    /// <exception cref="RpcException">NOT_FOUND.</exception>
    public Dispute DecideDispute(string name, bool isWon) => _state.Write(s => FakeDisputes.Decide(s, name, isWon));

    /// <summary>Lets the next calls of a method fail.</summary>
    /// <param name="method">
    /// The method, for example <c>CreateOrder</c>. A request of an import meets what was scripted for <c>CreateOrder</c>; its stream what was
    /// scripted for <c>ImportOrders</c>.
    /// </param>
    /// <param name="code">What they fail with.</param>
    /// <param name="times">How many calls.</param>
    /// <param name="afterEffect">Does the work first: only the answer is lost. A stream does it with its first message.</param>
    /// <param name="reason">The reason, for programs.</param>
    /// <param name="detail">The text, for people.</param>
    /// <param name="retryAfter">When to come back (<c>RetryInfo</c>).</param>
    /// <param name="pushback">Milliseconds of <c>grpc-retry-pushback-ms</c>; negative asks not to come back.</param>
    /// <param name="delay">How long they take until then.</param>
    public void FailNext(
        string method,
        StatusCode code,
        int times = 1,
        bool afterEffect = false,
        ErrorReason reason = ErrorReason.Unspecified,
        string detail = "scripted",
        TimeSpan? retryAfter = null,
        int? pushback = null,
        TimeSpan delay = default)
    {
        RpcException Failure()
        {
            var failure = FakeErrors.Make(code, reason, detail, retryAfter);
            if (pushback is { } milliseconds)
            {
                failure.Trailers.Add("grpc-retry-pushback-ms", milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            return failure;
        }

        _script.Add(method, new ScriptStep { Failure = Failure, AfterEffect = afterEffect, Delay = delay }, times);
    }

    /// <summary>
    /// Lets the next stream of a method break after so many messages to the client. An import does the work of one more request,
    /// whose answer is lost.
    /// </summary>
    public void BreakNext(string method, int afterMessages, StatusCode code = StatusCode.Unavailable, int times = 1) =>
        _script.Add(
            method,
            new ScriptStep
            {
                Failure = () => FakeErrors.Make(code, ErrorReason.Unspecified, "The stream was broken by its script."),
                AfterEffect = true,
                AfterMessages = afterMessages,
            },
            times);

    /// <summary>
    /// Answers the next calls of a unary method without doing anything; of <c>VerifyLedger</c>, <c>ExportTransactions</c> or
    /// <c>ReconcilePayments</c>, with this message as the whole stream.
    /// </summary>
    public void ReplyNext(string method, IMessage response, int times = 1) => ReplyNext(method, _ => response, times);

    /// <summary>Answers the next calls of a unary method without doing anything; the reply is made from the request, and may throw an <see cref="RpcException"/>.</summary>
    public void ReplyNext(string method, Func<IMessage, IMessage> reply, int times = 1) =>
        _script.Add(method, new ScriptStep { Reply = reply }, times);

    /// <summary>Lets the next calls of a method wait before they do anything.</summary>
    public void DelayNext(string method, TimeSpan delay, int times = 1) => _script.Add(method, new ScriptStep { Delay = delay }, times);
}
