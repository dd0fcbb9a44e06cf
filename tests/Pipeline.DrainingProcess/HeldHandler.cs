using System.Globalization;
using System.Text;
using Pipeline.Workers;

namespace Pipeline.DrainingProcess;

/// <summary>Tells of each message that it begins and ends, and takes as long as the message says.</summary>
internal sealed class HeldHandler : IMessageHandler
{
    public async ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetString(context.Received.Message.Body.Span);
        Console.Out.WriteLine($"begun {text}");
        await Task.Delay(TimeSpan.FromMilliseconds(int.Parse(text, CultureInfo.InvariantCulture)), cancellationToken);
        Console.Out.WriteLine($"ended {text}");
    }
}
