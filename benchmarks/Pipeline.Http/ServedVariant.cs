using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Http;

/// <summary>A server process, and the load of <c>wrk</c> on it.</summary>
internal sealed partial class ServedVariant : IAsyncDisposable
{
    private const int Connections = 32;

    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly string _script = Path.GetTempFileName();

    private ServedVariant(Process process, Uri address, Variant variant)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = address };
        var body = JsonSerializer.Serialize(Request, EchoJsonContext.Default.EchoRequest);
        var idempotencyKey = variant.SendsIdempotencyKeys ? """["Idempotency-Key"] = prefix .. n""" : "";
        File.WriteAllText(_script, $$"""
            local n = 0
            local prefix = tostring({}):sub(10)
            local body = [==[{{body}}]==]
            function request()
              n = n + 1
              return wrk.format("POST", "/echo", {
                ["Content-Type"] = "application/json", ["X-API-Key"] = "{{Variant.Key}}", {{idempotencyKey}} }, body)
            end
            """);
    }

    private static EchoRequest Request => new(
        "0b8f4e5c9a1d4c7e", "large:2030-01", new string('t', 700), [.. Enumerable.Range(1, 60)],
        [.. Enumerable.Range(0, 8).Select(static number => new EchoRequest.Part("user", $"{number}: the quick brown fox jumps over the lazy dog, and the other way round."))]);

    public static async Task<ServedVariant> StartAsync(Variant variant)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("--serve");
        start.ArgumentList.Add(variant.Name);
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The server '{variant.Name}' did not start.");
        var served = new ServedVariant(process, new Uri(address), variant);
        await served.ProbeAsync();
        return served;
    }

    /// <summary>Puts load on the server.</summary>
    public async Task<LoadResult> LoadAsync(int seconds)
    {
        var before = await AllocatedAsync();
        var start = new ProcessStartInfo("wrk") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in new[] { "-t1", $"-c{Connections}", $"-d{seconds}s", "--latency", "-s", _script, new Uri(_client.BaseAddress!, "/echo").ToString() })
        {
            start.ArgumentList.Add(argument);
        }

        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Not every request was answered with a success:\n{output}");
        }

        var allocated = await AllocatedAsync() - before;
        var p99 = P99().Match(output);
        return new(
            double.Parse(Speed().Match(output).Groups["number"].ValueSpan, CultureInfo.InvariantCulture),
            double.Parse(p99.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * p99.Groups["unit"].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 },
            allocated / double.Parse(Requests().Match(output).Groups["number"].ValueSpan, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        File.Delete(_script);
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<number>[\d.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Speed();

    [GeneratedRegex(@"99%\s+(?<number>[\d.]+)(?<unit>us|ms|s)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex P99();

    [GeneratedRegex(@"(?<number>\d+) requests in", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Requests();

    private async Task ProbeAsync()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = JsonContent.Create(Request, EchoJsonContext.Default.EchoRequest) };
        message.Headers.Add("X-API-Key", Variant.Key);
        using var response = await _client.SendAsync(message);
        response.EnsureSuccessStatusCode();
    }

    private async Task<long> AllocatedAsync()
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, "/allocated");
        message.Headers.Add("X-API-Key", Variant.Key);
        using var response = await _client.SendAsync(message);
        response.EnsureSuccessStatusCode();
        return long.Parse(await response.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
    }
}
