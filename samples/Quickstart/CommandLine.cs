using System.CommandLine;
using Quickstart.Documents;
using Spectre.Console;

namespace Quickstart;

/// <summary>What can be said on the command line, and the exit codes.</summary>
internal static class CommandLine
{
    private const int UsageError = 2;
    private const int Interrupted = 130;

    public static Task<int> RunAsync(string[] args, IAnsiConsole console)
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "The folder to ingest. Default: the repository's own docs and sources.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var questions = new Argument<string[]>("question")
        {
            Description = "What to ask about it. Default: a prompt at a terminal, else three questions.",
        };
        var command = new RootCommand("Takes a folder of documents through a queue, several workers and a chain, in one process.") { folder, questions };
        command.SetAction(async (line, cancellationToken) =>
        {
            try
            {
                var corpus = Corpus.Find(line.GetValue(folder));
                var result = await Program.RunAsync(corpus, line.GetValue(questions) ?? [], console, cancellationToken);
                return result.IsInterrupted ? Interrupted : 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Interrupted;
            }
            catch (DirectoryNotFoundException e)
            {
                await line.InvocationConfiguration.Error.WriteLineAsync(e.Message);
                return UsageError;
            }
        });

        // Ctrl+C stops the worker; what it has begun may finish.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}
