using Google.Protobuf;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;

namespace Suite.Platform.Faults;

/// <summary>
/// Has a change of faults happen once for each request id. In memory, as the faults are: a database that a fault keeps away must not
/// keep it from being cleared.
/// </summary>
internal sealed class FaultRequests
{
    private const int Remembered = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, (byte[] Hash, IMessage Answer)> _answers = [];
    private readonly Queue<Guid> _order = new();

    /// <exception cref="DomainException">INVALID_ARGUMENT (REQUEST_ID_REUSED) when the id belongs to another request.</exception>
    public T Once<T>(RequestKey key, Func<T> change)
        where T : IMessage
    {
        lock (_lock)
        {
            if (_answers.TryGetValue(key.Id, out var known))
            {
                return known.Hash.AsSpan().SequenceEqual(key.Hash) ? (T)known.Answer : throw DomainError.RequestIdReused();
            }

            var answer = change();
            _answers.Add(key.Id, (key.Hash, answer));
            _order.Enqueue(key.Id);
            if (_order.Count > Remembered)
            {
                _answers.Remove(_order.Dequeue());
            }

            return answer;
        }
    }
}
