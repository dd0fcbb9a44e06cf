namespace Snippets;

internal interface IModel
{
    ValueTask<string> AskAsync(string question, CancellationToken cancellationToken);
}
