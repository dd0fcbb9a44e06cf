using System.CommandLine;
using Pipeline.Crash;
using Pipeline.Crash.Backends;
using Pipeline.Crash.Workers;

var backend = new Option<string>("--backend") { Description = "Whose queues are put to the proof.", DefaultValueFactory = _ => "redis" };
backend.AcceptOnlyFromAmong([.. CrashBackends.ByName.Keys]);
var messages = new Option<int>("--messages") { Description = "How many messages are sent.", DefaultValueFactory = _ => 200_000 };
var workers = new Option<int>("--workers") { Description = "How many worker processes there are.", DefaultValueFactory = _ => 8 };
var kills = new Option<double>("--seconds-between-kills") { Description = "How often a worker is killed with SIGKILL, and replaced.", DefaultValueFactory = _ => 1 };
var lease = new Option<double>("--lease") { Description = "How many seconds workers lease messages for.", DefaultValueFactory = _ => 5 };
var serverKills = new Option<int>("--server-kills") { Description = "How often the server is killed with SIGKILL, and restarted.", DefaultValueFactory = _ => 2 };
var serverPauses = new Option<int>("--server-pauses") { Description = "How often the server is paused with SIGSTOP.", DefaultValueFactory = _ => 1 };
var pause = new Option<double>("--server-pause-seconds") { Description = "How long it is paused.", DefaultValueFactory = _ => 5 };
var workerPauses = new Option<int>("--worker-pauses") { Description = "How often a worker is paused past its lease.", DefaultValueFactory = _ => 2 };
var cuts = new Option<int>("--client-cuts") { Description = "How often the connections of all clients are cut.", DefaultValueFactory = _ => 3 };
var seed = new Option<int>("--seed") { Description = "Decides what each message is, and who is killed.", DefaultValueFactory = _ => 1 };
var defect = new Option<WorkerDefect>("--defect") { Description = "Makes the workers wrong, to see that it is found.", DefaultValueFactory = _ => WorkerDefect.None };
var command = new RootCommand("Works through a queue with processes that are killed, on a server that is killed, and judges what they wrote down.")
{
    backend, messages, workers, kills, lease, serverKills, serverPauses, pause, workerPauses, cuts, seed, defect,
};
command.Subcommands.Add(WorkerProgram.Command());
command.SetAction(async (line, cancellationToken) =>
{
    var options = new CrashOptions
    {
        Backend = line.GetValue(backend)!,
        Messages = line.GetValue(messages),
        Workers = line.GetValue(workers),
        BetweenKills = TimeSpan.FromSeconds(line.GetValue(kills)),
        Lease = TimeSpan.FromSeconds(line.GetValue(lease)),
        ServerKills = line.GetValue(serverKills),
        ServerPauses = line.GetValue(serverPauses),
        ServerPause = TimeSpan.FromSeconds(line.GetValue(pause)),
        WorkerPauses = line.GetValue(workerPauses),
        ClientCuts = line.GetValue(cuts),
        Seed = line.GetValue(seed),
        Defect = line.GetValue(defect),
    };
    return await new CrashRun(options, Console.Out).RunAsync(cancellationToken) ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
