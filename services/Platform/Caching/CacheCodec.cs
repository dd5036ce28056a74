using System.Buffers.Binary;
using Google.Protobuf;
using ZiggyCreatures.Caching.Fusion.Internals.Distributed;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace Suite.Platform.Caching;

/// <summary>
/// What lies in Redis: version, time and expiry in 24 bytes (big endian), then the message as protobuf has it. The version comes first,
/// where <see cref="VersionedStore"/> compares it. What is read from there comes with the time the read began in front.
/// </summary>
internal sealed class CacheCodec<T>(MessageParser<T> parser) : IFusionCacheSerializer
    where T : class, IMessage<T>
{
    private const int Header = 24;

    public byte[] Serialize<TEntry>(TEntry? obj)
    {
        var entry = (FusionCacheDistributedEntry<Cached<T>>)(object)obj!;
        var message = entry.Value.Value!;
        var bytes = new byte[Header + message.CalculateSize()];
        BinaryPrimitives.WriteInt64BigEndian(bytes, entry.Value.Version);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), entry.Timestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), entry.LogicalExpirationTimestamp);
        message.WriteTo(bytes.AsSpan(Header));
        return bytes;
    }

    public TEntry? Deserialize<TEntry>(byte[] data) => (TEntry)(object)Read(data);

    public ValueTask<byte[]> SerializeAsync<TEntry>(TEntry? obj, CancellationToken token = default) => new(Serialize(obj));

    public ValueTask<TEntry?> DeserializeAsync<TEntry>(byte[] data, CancellationToken token = default) => new(Deserialize<TEntry>(data));

    /// <exception cref="InvalidProtocolBufferException">It is something else.</exception>
    public FusionCacheDistributedEntry<Cached<T>> Read(ReadOnlySpan<byte> data)
    {
        var begun = BinaryPrimitives.ReadInt64BigEndian(data);
        data = data[VersionedStore.StampBytes..];
        var value = parser.ParseFrom(data[Header..]);
        return new FusionCacheDistributedEntry<Cached<T>>(
            new Cached<T>(value, BinaryPrimitives.ReadInt64BigEndian(data), begun),
            BinaryPrimitives.ReadInt64BigEndian(data[8..]),
            BinaryPrimitives.ReadInt64BigEndian(data[16..]),
            null,
            null);
    }
}
