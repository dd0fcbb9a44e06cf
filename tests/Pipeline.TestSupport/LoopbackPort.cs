using System.Net;
using System.Net.Sockets;

namespace Pipeline.TestSupport;

/// <summary>Finds free ports for servers and proxies.</summary>
/// <remarks>
/// They lie below those that systems hand out to outgoing connections, so that a port is still free when the server that was killed on it
/// starts again, and low enough for the bus of a cluster node, which is 10,000 above.
/// </remarks>
public static class LoopbackPort
{
    private const int Lowest = 11_000;
    private const int Count = 9_000;
    private const int BusDistance = 10_000;

    /// <summary>Returns a port that is free, and whose bus port is, at this moment.</summary>
    public static int FindFree()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Lowest + Random.Shared.Next(Count);
            if (IsFree(port) && IsFree(ClusterBus(port)))
                return port;
        }

        throw new InvalidOperationException($"No port from {Lowest} to {Lowest + Count - 1} is free on the loopback address.");
    }

    public static int ClusterBus(int port) => port + BusDistance;

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
