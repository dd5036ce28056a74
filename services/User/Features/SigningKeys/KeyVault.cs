using System.Security.Cryptography;
using System.Text;

namespace Suite.Users.Features.SigningKeys;

/// <summary>
/// Encrypts private keys for the database: AES-256-GCM under a key of the master key's, with the key's id as associated data, so that
/// one row's key cannot be put into another's place.
/// </summary>
internal sealed class KeyVault(MasterKey master)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key = master.Derive("suite signing keys v1");

    /// <summary>Nonce, ciphertext and tag.</summary>
    public byte[] Encrypt(string kid, byte[] secret)
    {
        var sealedKey = new byte[NonceBytes + secret.Length + TagBytes];
        var nonce = sealedKey.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(
            nonce,
            secret,
            sealedKey.AsSpan(NonceBytes, secret.Length),
            sealedKey.AsSpan(NonceBytes + secret.Length),
            Encoding.UTF8.GetBytes(kid));
        return sealedKey;
    }

    /// <exception cref="InvalidOperationException">It was encrypted under another master key, or changed since.</exception>
    public byte[] Decrypt(string kid, byte[] sealedKey)
    {
        try
        {
            var secret = new byte[sealedKey.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(_key, TagBytes);
            aes.Decrypt(
                sealedKey.AsSpan(0, NonceBytes),
                sealedKey.AsSpan(NonceBytes, secret.Length),
                sealedKey.AsSpan(^TagBytes..),
                secret,
                Encoding.UTF8.GetBytes(kid));
            return secret;
        }
        catch (CryptographicException e)
        {
            throw new InvalidOperationException(
                $"The signing key {kid} in the database cannot be decrypted: {MasterKey.FileKey} names another key.", e);
        }
    }
}
