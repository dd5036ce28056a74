using Google.Protobuf;

namespace Suite.Client.Testing;

/// <summary>One call that reached the fake: each attempt is one.</summary>
public sealed class FakeCall
{
    private readonly Lock _lock = new();
    private readonly List<IMessage> _requests = [];

    internal FakeCall(string method, IReadOnlyDictionary<string, string> headers, DateTimeOffset time)
    {
        Method = method;
        Headers = headers;
        Time = time;
    }

    /// <summary>The method, for example <c>suite.order.v1.OrderService/CreateOrder</c>.</summary>
    public string Method { get; }

    /// <summary>The metadata that came along, by lower-case name, binary entries excepted.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>When the call came, by the fake's clock.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The messages that came: one, or many of an import. A copy.</summary>
    public IReadOnlyList<IMessage> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    internal void Add(IMessage request)
    {
        lock (_lock)
        {
            _requests.Add(request);
        }
    }
}
