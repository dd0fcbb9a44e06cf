namespace Snippets;

internal interface IModel
{
    ValueTask<string> AskAsync(string question, CancellationToken cancellationToken);

    ValueTask<float[]> EmbedAsync(string text, CancellationToken cancellationToken);
}
