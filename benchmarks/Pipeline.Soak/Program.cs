using System.CommandLine;
using Pipeline.Soak;

var minutes = new Option<double>("--minutes") { Description = "How long to run.", DefaultValueFactory = _ => 10 };
var workers = new Option<int>("--workers") { Description = "How many callers at a time.", DefaultValueFactory = _ => 16 };
var command = new RootCommand("Keeps cache, limiter and steps under mixed load in one process, and tells whether memory and handles stay flat.") { minutes, workers };
command.SetAction(async (line, cancellationToken) =>
{
    await using var load = new MixedLoad();
    var soak = new SoakRun(load, TimeSpan.FromMinutes(line.GetValue(minutes)), line.GetValue(workers));
    return await soak.RunAsync(Console.Out, cancellationToken) ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
