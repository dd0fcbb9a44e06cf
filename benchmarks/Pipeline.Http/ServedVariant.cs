using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Pipeline.Http;

/// <summary>A server process, and the load of <c>wrk</c> on it.</summary>
internal sealed partial class ServedVariant : IAsyncDisposable
{
    private const int Connections = 32;
    private const string Own = "Pipeline.Http";
    private const string Sample = "Api";

    private readonly Process _process;
    private readonly Uri _address;
    private readonly string _script = Path.GetTempFileName();

    private ServedVariant(Process process, Uri address, Variant variant)
    {
        (_process, _address) = (process, address);
        var idempotencyKey = variant.SendsIdempotencyKeys ? """["Idempotency-Key"] = prefix .. n""" : "";
        File.WriteAllText(_script, $$"""
            local n = 0
            local prefix = tostring({}):sub(10)
            local body = [==[{{variant.Load.Body}}]==]
            function request()
              n = n + 1
              return wrk.format("POST", nil, {
                ["Content-Type"] = "application/json", ["X-API-Key"] = "{{Variant.Key}}", {{idempotencyKey}} }, body)
            end
            """);
    }

    public static async Task<ServedVariant> StartAsync(Variant variant)
    {
        var process = Process.Start(StartOf(variant))!;
        var address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The server '{variant.Name}' did not start.");
        var served = new ServedVariant(process, new Uri(new Uri(address), variant.Load.Path), variant);
        await served.ProbeAsync(variant);
        return served;
    }

    /// <summary>Puts load on the server.</summary>
    public async Task<LoadResult> LoadAsync(int seconds)
    {
        var (allocatedBefore, processorBefore) = (await AllocatedAsync(), ProcessorTime());
        var start = new ProcessStartInfo("wrk", ["-t1", $"-c{Connections}", $"-d{seconds}s", "--latency", "-s", _script, _address.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var wrk = Process.Start(start)!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Not every request was answered with a success:\n{output}");
        }

        var (processor, allocated) = (ProcessorTime() - processorBefore, await AllocatedAsync() - allocatedBefore);
        var p99 = P99().Match(output);
        var requests = double.Parse(Requests().Match(output).Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        return new(
            double.Parse(Speed().Match(output).Groups["number"].ValueSpan, CultureInfo.InvariantCulture),
            double.Parse(p99.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * p99.Groups["unit"].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 },
            allocated / requests,
            processor.TotalMicroseconds / requests);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_script);
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<number>[\d.]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Speed();

    [GeneratedRegex(@"99%\s+(?<number>[\d.]+)(?<unit>us|ms|s)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex P99();

    [GeneratedRegex(@"(?<number>\d+) requests in", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Requests();

    // The sample's program is to see the benchmark's assemblies, and so the hosting startup among them.
    private static ProcessStartInfo StartOf(Variant variant)
    {
        string[] program = variant.Build is null ? [$"{Sample}.dll"] : [$"{Own}.dll", "--serve", variant.Name];
        var start = new ProcessStartInfo("dotnet", ["exec", "--depsfile", $"{Own}.deps.json", "--runtimeconfig", $"{Sample}.runtimeconfig.json", .. program])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = Own;

        // Client and servers share the machine, where the server's kind of garbage collection would measure how its threads wait for the client's.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["Urls"] = "http://127.0.0.1:0";
        foreach (var (name, value) in SampleVariants.Settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task ProbeAsync(Variant variant)
    {
        using var client = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, _address)
        {
            Content = new StringContent(variant.Load.Body, new MediaTypeHeaderValue("application/json")),
            Headers = { { "X-API-Key", Variant.Key } },
        };
        using var response = await client.SendAsync(message);
        response.EnsureSuccessStatusCode();
    }

    private TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    private async Task<long> AllocatedAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        return long.Parse((await _process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }
}
