using System.Net;
using System.Net.Sockets;
using Grpc.Core;

namespace Suite.Users.Features.Limits;

/// <summary>Where a call comes from, by its connection. What headers say (<c>x-forwarded-for</c>) is the caller's own claim.</summary>
internal static class PeerAddress
{
    /// <summary>The address of the call's connection.</summary>
    public static string Of(ServerCallContext context) => Of(context.GetHttpContext().Connection.RemoteIpAddress);

    /// <summary>An IPv4 address, or the /64 network of an IPv6 address, since a single host owns all addresses of one.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return $"{new IPAddress(bytes)}/64";
    }
}
