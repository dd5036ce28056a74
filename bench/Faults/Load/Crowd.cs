using Suite.Faults.Plan;

namespace Suite.Faults.Load;

/// <summary>All clients of a run.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly Func<Lines> _lines;
    private readonly Recorder _recorder;
    private readonly Market _market;
    private readonly OrderPool _pool;
    private readonly long _seed;
    private readonly List<Lines> _open = [];
    private readonly List<Task> _shopping = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <param name="lines">A client's connections.</param>
    /// <param name="recorder">Puts down their calls.</param>
    /// <param name="market">Where they buy.</param>
    /// <param name="pool">What they know of.</param>
    /// <param name="seed">The seed of the run.</param>
    public Crowd(Func<Lines> lines, Recorder recorder, Market market, OrderPool pool, long seed)
    {
        (_lines, _recorder, _market, _pool, _seed) = (lines, recorder, market, pool, seed);
        for (var i = 0; i < market.Customers.Count; i++)
        {
            var shopper = new Shopper(NewCaller($"client-{i + 1}"), market, pool, market.Customers[i], Dice.For(seed, 1_000 + i));
            _shopping.Add(Task.Run(() => shopper.RunAsync(_stopping.Token)));
        }
    }

    /// <summary>Completes when a client ended that was not told to: something is wrong in the run itself.</summary>
    public Task Ended => Task.WhenAny(_shopping).Unwrap();

    /// <summary>Somebody who pays with one token alone, for a while.</summary>
    public OddCustomer NewOddCustomer(string name, string token, int part) =>
        new(NewCaller(name), _market, _pool, token, Dice.For(_seed, 2_000 + part));

    /// <summary>Somebody who uses wires that are seldom used.</summary>
    public Prod NewProd()
    {
        var lines = Open();
        return new Prod(name => new Caller(name, lines, _recorder), _market);
    }

    /// <summary>Tells all clients to stop, and waits for the calls that run.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_shopping);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_shopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _open.ForEach(lines => lines.Dispose());
        _stopping.Dispose();
    }

    private Caller NewCaller(string name) => new(name, Open(), _recorder);

    private Lines Open()
    {
        var lines = _lines();
        lock (_open)
        {
            _open.Add(lines);
        }

        return lines;
    }
}
