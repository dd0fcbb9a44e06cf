using System.CommandLine;
using Pipeline.Backends;
using Quickstart.Answering;
using Quickstart.Documents;
using Quickstart.Ingestion;
using Spectre.Console;

namespace Quickstart;

/// <summary>What can be said on the command line, and the exit codes.</summary>
internal static class CommandLine
{
    /// <summary>Where an endpoint's key is looked for. Without one, none is sent.</summary>
    public const string KeyVariable = "OPENAI_API_KEY";

    private const string DoctorOption = "--doctor";
    private const string RedisOption = "--redis";
    private const string PostgresOption = "--postgres";
    private const int BackendAway = 1;
    private const int UsageError = 2;
    private const int Interrupted = 130;

    public static Task<int> RunAsync(string[] args, IAnsiConsole console)
    {
        if (args is [DoctorOption, .. var rest])
        {
            return ExplainAsync(
                () => rest switch
                {
                    [RedisOption, var redis, .. var others] => Program.DoctorAsync(others, console, new SharedServer(Redis: redis)),
                    [PostgresOption, var postgres, .. var others] => Program.DoctorAsync(others, console, new SharedServer(Postgres: postgres)),
                    _ => Program.DoctorAsync(rest, console, server: null),
                },
                Console.Error);
        }

        var folder = new Argument<string?>("folder")
        {
            Description = "The folder to ingest. Default: the repository's own docs and sources.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var questions = new Argument<string[]>("question")
        {
            Description = "What to ask about it. Default: a prompt at a terminal, else three questions.",
        };
        var endpoint = new Option<string?>("--endpoint")
        {
            Description = $"Asks a model that speaks OpenAI's chat protocol, such as http://localhost:11434/v1, instead of the simulated one. Its key: {KeyVariable}.",
        };
        var model = new Option<string?>("--model") { Description = "The endpoint's model." };
        var redis = new Option<string?>(RedisOption)
        {
            Description = "A Redis, such as localhost:6379, that shares the work among all processes which are started with it at the same time. Default: in memory.",
            HelpName = "server",
        };
        var postgres = new Option<string?>(PostgresOption)
        {
            Description = "A PostgreSQL database, such as 'Host=localhost;Database=app;Username=app', that shares the work as --redis does. Its tables go into a schema 'pipeline'.",
            HelpName = "connection",
        };
        var command = new RootCommand("Takes a folder of documents through a queue, several workers and a chain, in one process or several.")
        {
            folder,
            questions,
            endpoint,
            model,
            redis,
            postgres,
            new Option<bool>(DoctorOption) { Description = "As the first argument: checks what is wired instead of running it. --doctor --redis <server> or --postgres <connection> looks at that, too; --doctor --help says more." },
        };
        redis.Validators.Add(option =>
        {
            if (string.IsNullOrWhiteSpace(option.GetValueOrDefault<string?>()))
            {
                option.AddError("--redis names no server. Give one, such as localhost:6379.");
            }
        });
        postgres.Validators.Add(option =>
        {
            if (string.IsNullOrWhiteSpace(option.GetValueOrDefault<string?>()))
            {
                option.AddError("--postgres names no database. Give one, such as 'Host=localhost;Database=app;Username=app'.");
            }
        });
        command.Validators.Add(line =>
        {
            if (line.GetResult(redis) is not null && line.GetResult(postgres) is not null)
            {
                line.AddError("--redis and --postgres are two servers. Give one of them.");
            }
        });
        command.Validators.Add(line =>
        {
            if (line.GetValue(endpoint) is not { } address)
            {
                return;
            }

            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            {
                line.AddError("--endpoint is no address. Give one that begins with http:// or https://.");
            }
            else if (string.IsNullOrWhiteSpace(line.GetValue(model)))
            {
                line.AddError("--endpoint needs --model. Give the name of one of its models.");
            }
        });
        command.SetAction((line, cancellationToken) => ExplainAsync(
            async () =>
            {
                var corpus = Corpus.Find(line.GetValue(folder));
                var asked = line.GetValue(endpoint) is { } address ? new ModelEndpoint(new Uri(address), line.GetValue(model)!) : null;
                var result = await Program.RunAsync(corpus, line.GetValue(questions) ?? [], console, cancellationToken, asked, new SharedServer(line.GetValue(redis), line.GetValue(postgres)));
                return result.IsInterrupted ? Interrupted : 0;
            },
            line.InvocationConfiguration.Error,
            cancellationToken));

        // Ctrl+C stops the worker; what it has begun may finish.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    /// <summary>Says in one line what a user can mend, and turns it into an exit code.</summary>
    private static async Task<int> ExplainAsync(Func<Task<int>> run, TextWriter error, CancellationToken cancellationToken = default)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (BackendUnavailableException e)
        {
            await error.WriteLineAsync($"{e.Message} Start {e.Backend}, or correct its address.");
            return BackendAway;
        }
        catch (BackendRefusedException e)
        {
            await error.WriteLineAsync(e.Message);
            return BackendAway;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or ArgumentException { ParamName: "connectionString" })
        {
            await error.WriteLineAsync(e.Message);
            return UsageError;
        }
    }
}
