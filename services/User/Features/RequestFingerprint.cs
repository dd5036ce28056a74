using System.Security.Cryptography;
using System.Text;
using Suite.Contracts.Users.V1;
using Suite.Users.Features.SigningKeys;

namespace Suite.Users.Features;

/// <summary>
/// Requests as their fingerprint may remember them. A fingerprint is a fast hash and is kept for days, so a password in it could be
/// guessed from a copy of the database; here it is replaced by its HMAC under a key that is not in the database.
/// </summary>
internal sealed class RequestFingerprint(MasterKey masterKey)
{
    private readonly byte[] _key = masterKey.Derive("user/request-fingerprint");

    public CreateUserRequest Of(CreateUserRequest request)
    {
        if (request.Password.Length == 0)
        {
            return request;
        }

        var copy = request.Clone();
        copy.Password = Conceal(request.Password);
        return copy;
    }

    public ChangePasswordRequest Of(ChangePasswordRequest request)
    {
        var copy = request.Clone();
        copy.CurrentPassword = Conceal(request.CurrentPassword);
        copy.NewPassword = Conceal(request.NewPassword);
        return copy;
    }

    private string Conceal(string password) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(password)));
}
