using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Suite.Platform.Errors;
using Suite.Platform.Security;

namespace Suite.Platform.Idempotency;

/// <summary>What identifies a mutating call: the caller's UUID, and a fingerprint of what was asked.</summary>
/// <param name="Id">
/// The <c>request_id</c> of a caller who sees everything. A user's is mixed with the user's name: the request ids of two users are
/// never the same, so that one can neither get the other's stored answer, nor learn that there is one, nor take its place.
/// </param>
/// <param name="Hash">SHA-256 over whose the call is, the method and the request, 32 bytes.</param>
public sealed record RequestKey(Guid Id, byte[] Hash)
{
    /// <summary>A number to lock the key by while its first call runs.</summary>
    internal long LockKey => BitConverter.ToInt64(SHA256.HashData(Id.ToByteArray()));

    /// <summary>Makes the key of a request that went through validation, which clears OUTPUT_ONLY fields and spells its UUID in lower case.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT when <paramref name="requestId"/> is no UUID.</exception>
    public static RequestKey Of(string method, string requestId, IMessage request, Caller caller)
    {
        if (!Guid.TryParse(requestId, out var id))
        {
            throw DomainError.InvalidArgument("request_id", "must be a UUID.");
        }

        var sight = Encoding.UTF8.GetBytes(caller.Sight);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (sight.Length > 0)
        {
            hash.AppendData(sight);
            hash.AppendData([0]);
            hash.AppendData(id.ToByteArray());
            id = new Guid(hash.GetHashAndReset().AsSpan(0, 16));
            hash.AppendData(sight);
            hash.AppendData([0]);
        }

        hash.AppendData(Encoding.UTF8.GetBytes(method));
        hash.AppendData([0]);
        hash.AppendData(request.ToByteArray());
        return new RequestKey(id, hash.GetHashAndReset());
    }
}
