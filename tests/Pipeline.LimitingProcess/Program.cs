using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.LimitingProcess;
using Pipeline.RateLimiting;

// Attacks the limits of AttackedLimits on a server, and prints a line for each cost that was granted, and last how many requests were denied.
// Ends when its input does. Arguments: the servers as a connection string, of Redis or of PostgreSQL; the key prefix or the schema; a seed, by how many seconds the process's clock is
// wrong, how many callers.
var (servers, prefix) = (args[0], args[1]);
var numbers = args[2..].Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();

var services = new ServiceCollection();
services.AddSingleton<TimeProvider>(new ShiftedTimeProvider(TimeSpan.FromSeconds(numbers[1])));
var pipeline = services.AddPipeline().ConfigureRateLimiting(options => options.OutageBudget = TimeSpan.FromSeconds(2));
if (servers.Contains("Host=", StringComparison.Ordinal))
{
    pipeline.UsePostgres(servers, PipelineRoles.RateLimiting, options =>
    {
        options.Schema = prefix;
        options.CommandTimeout = TimeSpan.FromSeconds(2);
    });
}
else
{
    pipeline.UseRedis(servers, PipelineRoles.RateLimiting, options =>
    {
        options.KeyPrefix = prefix;
        options.CommandTimeout = TimeSpan.FromSeconds(2);
    });
}

await using var provider = services.BuildServiceProvider();
var attack = new Attack(provider.GetRequiredService<IRateLimiter>(), numbers[0]);
Console.Out.WriteLine("ready");
using var ending = new CancellationTokenSource();
_ = Task.Run(() =>
{
    Console.In.ReadToEnd();
    ending.Cancel();
});
await attack.RunAsync(numbers[2], ending.Token);
foreach (var cost in attack.Granted)
{
    Console.Out.WriteLine(cost);
}

Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"denied {attack.Denials}"));
