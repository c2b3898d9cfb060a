using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Pipeline.Scheduler.Webhooks;

/// <summary>
/// Opens the connections of deliveries. Addresses are judged after the name was resolved and before anything connects, and
/// it is those addresses that are connected to: a name that resolves to something else the next moment gains nothing.
/// </summary>
internal sealed class GuardedConnection(IOptions<WebhookOptions> options)
{
    /// <summary>Connects to the host of a request, for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="HttpRequestException">None of its addresses is allowed.</exception>
    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        string host = context.DnsEndPoint.Host;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        IPAddress[] allowed = options.Value.AllowPrivateAddresses ? addresses : [.. addresses.Where(PublicAddresses.Contains)];
        if (allowed.Length == 0)
        {
            throw new HttpRequestException(
                $"{host} has no public address ({string.Join(", ", addresses.Select(address => address.ToString()))}); Pipeline:Webhooks:AllowPrivateAddresses allows others.");
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
