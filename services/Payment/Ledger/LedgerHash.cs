using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Suite.Payments.Ledger;

/// <summary>
/// The hash of a transaction in its chain: SHA-256 over the hash before it and everything that the journal has of it. The encoding is
/// fixed: a version, then each field in the order of the columns; numbers big-endian, texts as UTF-8 led by their length in bytes,
/// times in microseconds since 1970, what is absent as a length of -1. It is not changed, or old chains no longer verify.
/// </summary>
internal static class LedgerHash
{
    public const int Length = SHA256.HashSizeInBytes;

    private const byte Version = 1;

    /// <summary>The hash of <paramref name="transaction"/> after <paramref name="previous"/>.</summary>
    public static byte[] Of(ReadOnlySpan<byte> previous, StoredTransaction transaction)
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        bytes.Write(previous);
        Encode(transaction, bytes);
        return SHA256.HashData(bytes.WrittenSpan);
    }

    internal static void Encode(StoredTransaction transaction, IBufferWriter<byte> to)
    {
        Add(to, [Version]);
        Add(to, transaction.Id);
        Add(to, transaction.Sequence);
        Add(to, transaction.Key);
        Add(to, transaction.Template);
        Add(to, transaction.Source);
        Add(to, transaction.Description);
        Add(to, transaction.EffectiveTime);
        Add(to, transaction.RecordTime);
        if (transaction.Reverses is { } reverses)
        {
            Add(to, 16);
            Add(to, reverses);
        }
        else
        {
            Add(to, -1);
        }

        Add(to, transaction.Entries.Count);
        foreach (var entry in transaction.Entries)
        {
            Add(to, (int)entry.Line);
            Add(to, entry.Account);
            Add(to, [entry.IsPending ? (byte)1 : (byte)0]);
            Add(to, entry.CurrencyCode);
            Add(to, entry.DebitMinor);
            Add(to, entry.CreditMinor);
            Add(to, entry.Sequence);
            Add(to, entry.EffectiveTime);
            Add(to, entry.RecordTime);
        }
    }

    private static void Add(IBufferWriter<byte> to, ReadOnlySpan<byte> bytes) => to.Write(bytes);

    private static void Add(IBufferWriter<byte> to, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(sizeof(int)), number);
        to.Advance(sizeof(int));
    }

    private static void Add(IBufferWriter<byte> to, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(sizeof(long)), number);
        to.Advance(sizeof(long));
    }

    private static void Add(IBufferWriter<byte> to, string text)
    {
        Add(to, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, to);
    }

    private static void Add(IBufferWriter<byte> to, Guid id)
    {
        id.TryWriteBytes(to.GetSpan(16), bigEndian: true, out _);
        to.Advance(16);
    }

    private static void Add(IBufferWriter<byte> to, DateTimeOffset time) =>
        Add(to, (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
}
