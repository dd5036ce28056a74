using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Suite.Tests.Component.Security;

/// <summary>Tokens made by hand, good ones and others.</summary>
internal static class Jwt
{
    /// <summary>A token signed with ES256.</summary>
    public static string Sign(ECDsa key, object header, object payload) =>
        Sign(header, payload, text => key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    /// <summary>A token with whatever signature.</summary>
    public static string Sign(object header, object payload, Func<byte[], byte[]> sign)
    {
        var text = $"{Part(header)}.{Part(payload)}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
