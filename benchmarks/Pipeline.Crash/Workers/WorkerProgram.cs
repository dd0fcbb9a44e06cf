using System.CommandLine;
using Pipeline.Crash.Backends;

namespace Pipeline.Crash.Workers;

/// <summary>The command that the program starts itself with: one worker, until its standard input ends or it is killed.</summary>
internal static class WorkerProgram
{
    private static readonly Option<string> Backend = new("--backend") { Required = true };
    private static readonly Option<string> Address = new("--address") { Required = true };
    private static readonly Option<string> Folder = new("--folder") { Required = true };
    private static readonly Option<string> Name = new("--name") { Required = true };
    private static readonly Option<int> Seed = new("--seed");
    private static readonly Option<double> Lease = new("--lease");
    private static readonly Option<WorkerDefect> Defect = new("--defect");

    public static Command Command()
    {
        var command = new Command("worker", "A worker process of a run; started by the program itself.") { Backend, Address, Folder, Name, Seed, Lease, Defect };
        command.Hidden = true;
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>The arguments of one worker.</summary>
    public static IEnumerable<string> Arguments(CrashOptions options, string address, string folder, string name) =>
    [
        "worker",
        Backend.Name, options.Backend,
        Address.Name, address,
        Folder.Name, folder,
        Name.Name, name,
        Seed.Name, FormattableString.Invariant($"{options.Seed}"),
        Lease.Name, FormattableString.Invariant($"{options.Lease.TotalSeconds}"),
        Defect.Name, options.Defect.ToString(),
    ];

    private static async Task RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var options = new
        {
            Lease = TimeSpan.FromSeconds(line.GetValue(Lease)),
            Defect = line.GetValue(Defect),
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ = Task.Factory.StartNew(
            () =>
            {
                using var input = Console.OpenStandardInput();
                while (input.ReadByte() >= 0)
                {
                }

                stop.Cancel();
            },
            TaskCreationOptions.LongRunning);
        using var history = new CrashHistory(line.GetValue(Folder)!, line.GetValue(Name)!);
        await using var queues = new CrashQueues(CrashBackends.ByName[line.GetValue(Backend)!], line.GetValue(Address)!, options.Lease / 3);
        await new CrashWorker(queues, history, line.GetValue(Seed), options.Lease, options.Defect).RunAsync(stop.Token);
    }
}
