using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Suite.Platform.Errors;

namespace Suite.Platform.Idempotency;

/// <summary>What identifies a mutating call: the caller's UUID, and a fingerprint of what was asked.</summary>
/// <param name="Id">The <c>request_id</c>.</param>
/// <param name="Hash">SHA-256 over the method and the request, 32 bytes.</param>
public sealed record RequestKey(Guid Id, byte[] Hash)
{
    /// <summary>A number to lock the key by while its first call runs.</summary>
    internal long LockKey => BitConverter.ToInt64(SHA256.HashData(Id.ToByteArray()));

    /// <summary>Makes the key of a request that went through validation, which clears OUTPUT_ONLY fields and spells its UUID in lower case.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT when <paramref name="requestId"/> is no UUID.</exception>
    public static RequestKey Of(string method, string requestId, IMessage request)
    {
        if (!Guid.TryParse(requestId, out var id))
        {
            throw DomainError.InvalidArgument("request_id", "must be a UUID.");
        }

        var name = Encoding.UTF8.GetBytes(method);
        var body = request.ToByteArray();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(name);
        hash.AppendData([0]);
        hash.AppendData(body);
        return new RequestKey(id, hash.GetHashAndReset());
    }
}
