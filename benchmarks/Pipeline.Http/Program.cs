using System.Globalization;
using Pipeline.Http;

if (args is ["--serve", var name])
{
    await BenchmarkServer.RunAsync(Variant.Find(name));
    return 0;
}

// One run: the same endpoint with each set of middleware, in turns, each server a process of its own.
var seconds = int.Parse(args.ElementAtOrDefault(0) ?? "5", CultureInfo.InvariantCulture);
var rounds = int.Parse(args.ElementAtOrDefault(1) ?? "5", CultureInfo.InvariantCulture);
var filter = args.ElementAtOrDefault(2) ?? "";
await new HttpRace(seconds, rounds).RunAsync([.. Variant.All.Where(one => one.Name is Variant.Bare || one.Name.Contains(filter, StringComparison.Ordinal))]);
return 0;
