using Microsoft.Extensions.AI;

namespace Pipeline.Telemetry;

/// <summary>A streamed answer whose usage is gathered as it goes by. The call ends when it is disposed, however far it was read.</summary>
internal sealed class MeteredStream(
    ModelCall call, Func<IAsyncEnumerable<ChatResponseUpdate>> begin, CancellationToken cancellationToken) : IAsyncDisposable
{
    private IAsyncEnumerator<ChatResponseUpdate>? _updates;

    public ChatResponseUpdate Current => _updates!.Current;

    public async ValueTask<bool> MoveNextAsync()
    {
        try
        {
            _updates ??= begin().GetAsyncEnumerator(cancellationToken);
            if (!await _updates.MoveNextAsync().ConfigureAwait(false))
            {
                return false;
            }

            Note(_updates.Current);
            return true;
        }
        catch (Exception e)
        {
            call.Error = e;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_updates is not null)
            {
                await _updates.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            call.Error ??= e;
            throw;
        }
        finally
        {
            call.End();
        }
    }

    // Some providers tell their usage in parts. They are summed, as ToChatResponse does.
    private void Note(ChatResponseUpdate update)
    {
        call.ResponseModel = update.ModelId ?? call.ResponseModel;
        if (call.Activity is not null && (update.ResponseId is not null || update.FinishReason is not null))
        {
            MeteredChatClient.Describe(call.Activity, update.ResponseId, update.FinishReason);
        }

        foreach (var content in update.Contents)
        {
            if (content is UsageContent usage)
            {
                (call.Usage ??= new UsageDetails()).Add(usage.Details);
            }
        }
    }
}
