using System.Threading.Channels;

namespace Suite.Client;

/// <summary>
/// Where the requests of an import are: ready to be sent (the earliest first), in flight, or waiting out a delay. Knows when
/// all of it is over. Safe for concurrent use; one at a time waits in it.
/// </summary>
internal sealed class ImportQueue
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<ImportItem, long> _ready = new();
    private readonly Dictionary<string, ImportItem> _open = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ImportItem> _inFlight = new(StringComparer.OrdinalIgnoreCase);
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _suspects;
    private bool _sourceEnded;

    public enum Work
    {
        Some,
        NoneYet,
        NoneEver,
    }

    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _inFlight.Count;
            }
        }
    }

    /// <summary>Adds a request from the source, or lets it wait behind one with the same id.</summary>
    public void Add(ImportItem item)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(item.RequestId, out var first))
            {
                while (first.Twin is not null)
                {
                    first = first.Twin;
                }

                first.Twin = item;
                return;
            }

            _open.Add(item.RequestId, item);
            _ready.Enqueue(item, item.Index);
        }

        Changed();
    }

    /// <summary>Nothing more will be added.</summary>
    public void EndSource()
    {
        lock (_lock)
        {
            _sourceEnded = true;
        }

        Changed();
    }

    /// <summary>Waits until something is ready (true), or all is over (false).</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (Look())
            {
                case Work.Some:
                    return true;
                case Work.NoneEver:
                    return false;
            }

            await _changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the next request to send, which is in flight then; <c>null</c> when all is over.</summary>
    public async ValueTask<ImportItem?> NextAsync(CancellationToken cancellationToken)
    {
        while (await WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            // A stream that has ended takes nothing more.
            cancellationToken.ThrowIfCancellationRequested();
            lock (_lock)
            {
                if (_ready.TryDequeue(out var item, out _))
                {
                    item.Attempts++;
                    _inFlight.Add(item.RequestId, item);
                    return item;
                }
            }
        }

        return null;
    }

    /// <summary>Takes the request an answer names out of flight; <c>null</c> when there is none.</summary>
    public ImportItem? Answered(string requestId)
    {
        lock (_lock)
        {
            if (!_inFlight.Remove(requestId, out var item))
            {
                return null;
            }

            Clear(item);
            return item;
        }
    }

    /// <summary>Closes a request that got its result.</summary>
    public void Close(ImportItem item)
    {
        lock (_lock)
        {
            if (item.Twin is { } twin)
            {
                _open[item.RequestId] = twin;
                _ready.Enqueue(twin, twin.Index);
            }
            else
            {
                _open.Remove(item.RequestId);
            }
        }

        Changed();
    }

    /// <summary>Makes an answered request ready again.</summary>
    public void Again(ImportItem item)
    {
        lock (_lock)
        {
            _ready.Enqueue(item, item.Index);
        }

        Changed();
    }

    /// <summary>Makes all that is in flight ready again, as suspects of having ended the stream where that may be.</summary>
    public void AllAgain(bool suspect)
    {
        lock (_lock)
        {
            foreach (var item in _inFlight.Values)
            {
                if (suspect && !item.IsSuspect)
                {
                    item.IsSuspect = true;
                    _suspects++;
                }

                _ready.Enqueue(item, item.Index);
            }

            _inFlight.Clear();
        }

        Changed();
    }

    /// <summary>Takes out of flight the one request that is; <c>null</c> when there are more or none.</summary>
    public ImportItem? TakeOnly()
    {
        lock (_lock)
        {
            if (_inFlight.Count != 1)
            {
                return null;
            }

            var item = _inFlight.Values.First();
            _inFlight.Clear();
            Clear(item);
            return item;
        }
    }

    private void Clear(ImportItem item)
    {
        if (item.IsSuspect)
        {
            item.IsSuspect = false;
            _suspects--;
        }
    }

    private Work Look()
    {
        lock (_lock)
        {
            if (_open.Count == 0 && _sourceEnded)
            {
                return Work.NoneEver;
            }

            // While suspects are about, one request is in flight at a time.
            return _ready.Count > 0 && (_suspects == 0 || _inFlight.Count == 0) ? Work.Some : Work.NoneYet;
        }
    }

    private void Changed() => _changes.Writer.TryWrite(true);
}
