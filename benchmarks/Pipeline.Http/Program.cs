using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Pipeline.Http;

if (args is ["--serve", var name])
{
    await using var app = Variant.Races.SelectMany(static race => race).First(one => string.Equals(one.Name, name, StringComparison.Ordinal)).Build!(WebApplication.CreateBuilder());
    await app.RunAsync();
    return 0;
}

// One run: each endpoint with each set of middleware, in turns, each server a process of its own.
var seconds = int.Parse(args.ElementAtOrDefault(0) ?? "5", CultureInfo.InvariantCulture);
var rounds = int.Parse(args.ElementAtOrDefault(1) ?? "5", CultureInfo.InvariantCulture);
var filter = args.ElementAtOrDefault(2) ?? "";
foreach (var variants in Variant.Races)
{
    var chosen = variants.Skip(1).Where(one => one.Name.Contains(filter, StringComparison.Ordinal)).ToArray();
    if (chosen.Length > 0)
    {
        await new HttpRace(seconds, rounds).RunAsync([variants[0], .. chosen]);
    }
}

return 0;
