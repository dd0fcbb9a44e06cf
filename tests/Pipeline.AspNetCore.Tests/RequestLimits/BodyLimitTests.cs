using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.RequestLimits;

/// <summary>Row V3: bodies that are too large, too deep, too slow, of the wrong type, or no JSON. Always a clear refusal, before the endpoint runs.</summary>
public sealed class BodyLimitTests
{
    private static readonly Dictionary<string, string?> Hundred = new() { ["Http:BodyLimits:MaxBytes"] = "100" };

    [Fact]
    public async Task A_body_at_the_limit_reaches_the_endpoint_as_it_was_sent()
    {
        await using var server = await WebServer.StartAsync(Map, settings: Hundred);
        var body = $"\"{new string('a', 98)}\"";

        (await RawClient.AskAsync(server.EndPoint, RawClient.Post("/echo", body))).Should().StartWith("HTTP/1.1 200 ").And.Contain(body);
        (await RawClient.AskAsync(server.EndPoint, RawClient.PostChunked("/echo"), RawClient.Chunk(body[..40]), RawClient.Chunk(body[40..]), "0\r\n\r\n"))
            .Should().StartWith("HTTP/1.1 200 ").And.Contain(body);
    }

    [Fact]
    public async Task A_body_one_byte_over_is_a_413()
    {
        await using var server = await WebServer.StartAsync(Map, settings: Hundred);
        var body = $"\"{new string('a', 99)}\"";

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/echo", body));

        answer.Should().StartWith("HTTP/1.1 413 ").And.Contain("application/problem+json").And.Contain("\"code\":\"body-too-large\"").And.Contain("100 bytes");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task A_body_without_a_length_that_goes_on_is_a_413(string contentType)
    {
        await using var server = await WebServer.StartAsync(Map, settings: Hundred);
        var head = RawClient.PostChunked("/echo").Replace("application/json", contentType, StringComparison.Ordinal);

        var answer = await RawClient.AskAsync(server.EndPoint, head, RawClient.Chunk($"[\"{new string('a', 60)}\","), RawClient.Chunk($"\"{new string('a', 60)}\"]"), "0\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 413 ").And.Contain("\"code\":\"body-too-large\"");
    }

    [Fact]
    public async Task An_endpoint_can_take_more_than_the_server_would()
    {
        await using var server = await WebServer.StartAsync(Map, settings: Hundred, kestrel: options => options.Limits.MaxRequestBodySize = 50);
        var body = $"\"{new string('a', 190_000)}\"";

        (await PostAsync(server, "/large", body)).Should().Be((HttpStatusCode.OK, body));
    }

    [Fact]
    public async Task A_body_larger_than_the_buffers_of_the_server_is_looked_through_and_reaches_the_endpoint_whole()
    {
        await using var server = await WebServer.StartAsync(Map);
        var body = $"[{string.Join(',', Enumerable.Repeat($"\"{new string('a', 900)}\"", 1000))}{new string(' ', 3_000_000)}]";

        (await PostAsync(server, "/length", body)).Should().Be((HttpStatusCode.OK, body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("/length")]
    [InlineData("/once")]
    public async Task Over_HTTP_2_a_body_larger_than_its_windows_reaches_the_endpoint_whole(string path)
    {
        await using var server = await WebServer.StartAsync(
            Map, kestrel: static options => options.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        var address = new Uri(new Uri(server.App.Urls.Last()), path);
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content = new StringContent($"[{new string(' ', 3_000_000)}]", Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", "k1");

        var response = await server.Client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be("3000002");
    }

    [Theory]
    [InlineData("{\"a\":1,}", HttpStatusCode.BadRequest, "invalid-json")]
    [InlineData("no json", HttpStatusCode.BadRequest, "invalid-json")]
    [InlineData("\"\u00C3\u0028\"", HttpStatusCode.BadRequest, "invalid-json")]
    [InlineData("DEEP", HttpStatusCode.RequestEntityTooLarge, "json-too-deep")]
    [InlineData("LONG ARRAY", HttpStatusCode.RequestEntityTooLarge, "json-too-large")]
    [InlineData("LONG STRING", HttpStatusCode.RequestEntityTooLarge, "json-too-large")]
    [InlineData("MANY STRINGS", HttpStatusCode.RequestEntityTooLarge, "json-too-large")]
    public async Task JSON_that_is_invalid_or_too_much_never_reaches_the_endpoint(string body, HttpStatusCode status, string code)
    {
        await using var server = await WebServer.StartAsync(Map);
        body = body switch
        {
            "DEEP" => new string('[', 10_000) + new string(']', 10_000),
            "LONG ARRAY" => $"[{string.Join(',', Enumerable.Repeat("1", 5001))}]",
            "LONG STRING" => $"\"{new string('a', 200_001)}\"",
            "MANY STRINGS" => $"[{string.Join(',', Enumerable.Repeat($"\"{new string('a', 100_000)}\"", 11))}]",
            _ => body,
        };

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/unreachable", body));

        answer.Should().StartWith($"HTTP/1.1 {(int)status} ").And.Contain("application/problem+json").And.Contain($"\"code\":\"{code}\"");
        server.Log.Events.Should().NotContain(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task The_place_of_a_mistake_is_told_and_not_what_stands_there()
    {
        await using var server = await WebServer.StartAsync(Map);

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/unreachable", "{\n  \"secret\": hunter2\n}"));

        answer.Should().Contain("line 2, byte 13").And.NotContain("hunter2").And.NotContain("secret");
    }

    [Fact]
    public async Task An_endpoint_can_have_limits_of_its_own_or_none()
    {
        await using var server = await WebServer.StartAsync(Map);

        (await PostAsync(server, "/two-items", "[1,2]")).Status.Should().Be(HttpStatusCode.OK);
        (await PostAsync(server, "/two-items", "[1,2,3]")).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await PostAsync(server, "/any-json", "{1: 'as it is'}")).Should().Be((HttpStatusCode.OK, "{1: 'as it is'}"));
    }

    [Theory]
    [InlineData("application/json", HttpStatusCode.OK)]
    [InlineData("application/JSON; charset=UTF-8", HttpStatusCode.OK)]
    [InlineData("image/png", HttpStatusCode.OK)]
    [InlineData("text/html", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/jsonp", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("nonsense", HttpStatusCode.UnsupportedMediaType)]
    [InlineData(null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    public async Task Unknown_content_types_are_a_415(string? contentType, HttpStatusCode status)
    {
        await using var server = await WebServer.StartAsync(Map);
        var headers = contentType is null ? "" : $"Content-Type: {contentType}\r\n";

        var answer = await RawClient.AskAsync(server.EndPoint, RawClient.Post("/types", "1", headers));

        answer.Should().StartWith($"HTTP/1.1 {(int)status} ");
        if (status == HttpStatusCode.UnsupportedMediaType)
            answer.Should().Contain("\"code\":\"unsupported-media-type\"");
        if (contentType == "text/html")
            answer.Should().Contain("Accept: application/json, image/*\r\n");
    }

    [Fact]
    public async Task Without_an_endpoint_only_the_length_of_a_body_counts()
    {
        await using var server = await WebServer.StartAsync(Map, settings: Hundred);

        (await PostAsync(server, "/nowhere", "no json")).Status.Should().Be(HttpStatusCode.NotFound);
        (await PostAsync(server, "/nowhere", new string(' ', 101))).Status.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Compressed_JSON_is_a_415_unless_the_host_decompresses_it()
    {
        await using var server = await WebServer.StartAsync(Map);

        using var body = Compressed("[1]");
        (await server.Client.PostAsync("/echo", body)).StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_body_that_the_host_decompresses_is_looked_through_and_reaches_the_endpoint()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore().AddRequestDecompression();
        builder.Services.AddPipeline();
        builder.Services.AddPipelineHttp();
        await using var app = builder.Build();
        app.UseRequestDecompression();
        app.UsePipeline();
        Map(app);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var good = Compressed("[1,2,3]");
        using var again = Compressed("[1,2,3]");
        using var deep = Compressed(new string('[', 70));

        (await (await client.PostAsync("/echo", good)).Content.ReadAsStringAsync()).Should().Be("[1,2,3]");
        (await (await client.PostAsync("/json", again)).Content.ReadAsStringAsync()).Should().Be("3");
        (await client.PostAsync("/echo", deep)).StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task The_endpoint_reads_the_same_bytes_by_stream_reader_or_deserialiser()
    {
        await using var server = await WebServer.StartAsync(Map);

        (await PostAsync(server, "/echo", "[1,2,3]")).Should().Be((HttpStatusCode.OK, "[1,2,3]"));
        (await PostAsync(server, "/pipe", "[1,2,3]")).Should().Be((HttpStatusCode.OK, "[1,2,3]"));
        (await PostAsync(server, "/json", "[1,2,3]")).Should().Be((HttpStatusCode.OK, "3"));
        (await PostAsync(server, "/json", "")).Status.Should().Be(HttpStatusCode.BadRequest, "no JSON is the endpoint's business");
    }

    [Fact]
    public async Task One_connection_serves_request_after_request()
    {
        await using var server = await WebServer.StartAsync(Map);
        using var raw = await RawClient.ConnectAsync(server.EndPoint);
        var keep = RawClient.Post("/echo", "[1]").Replace("Connection: close\r\n", "", StringComparison.Ordinal);
        var bad = RawClient.Post("/echo", "[1").Replace("Connection: close\r\n", "", StringComparison.Ordinal);

        await raw.SendAsync(keep + bad + keep + RawClient.Post("/echo", "[2]"));
        var answers = await raw.ReadToEndAsync();

        answers.Split("HTTP/1.1 ").Skip(1).Select(answer => answer[..3]).Should().Equal("200", "400", "200", "200");
        answers.Should().Contain("[2]");
    }

    [Fact]
    public async Task A_body_that_trickles_in_is_a_408()
    {
        await using var server = await WebServer.StartAsync(
            Map, kestrel: options => options.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1_000_000, gracePeriod: TimeSpan.FromSeconds(1.1)));
        using var raw = await RawClient.ConnectAsync(server.EndPoint);

        await raw.SendAsync(RawClient.Post("/unreachable", new string(' ', 1000) + "1")[..^1000]);
        var answer = await raw.ReadToEndAsync();

        answer.Should().StartWith("HTTP/1.1 408 ").And.Contain("\"code\":\"request-timeout\"");
    }

    [Theory]
    [InlineData("MaxBytes", "0", "*BodyLimits*MaxBytes*bytes*")]
    [InlineData("MaxDepth", "0", "*BodyLimits*MaxDepth*1000*")]
    [InlineData("MaxItems", "5", "*BodyLimits*")]
    public async Task A_wrong_setting_stops_the_start_and_names_itself(string setting, string value, string message)
    {
        var start = () => WebServer.StartAsync(Map, settings: new Dictionary<string, string?> { ["Http:BodyLimits:" + setting] = value });

        (await start.Should().ThrowAsync<Exception>()).WithMessage(message);
    }

    private static void Map(WebApplication app)
    {
        app.MapPost("/echo", EchoAsync);
        app.MapPost("/large", EchoAsync).WithBodyLimit(200_000);
        app.MapPost("/two-items", EchoAsync).WithJsonLimits(new JsonLimits { MaxArrayItems = 2 });
        app.MapPost("/any-json", EchoAsync).WithoutJsonLimits();
        app.MapPost("/types", EchoAsync).WithContentTypes("application/json", "image/*");
        app.MapPost("/length", LengthAsync);
        app.MapPost("/once", LengthAsync).WithIdempotency();
        app.MapPost("/pipe", static async context =>
        {
            var read = await context.Request.BodyReader.ReadAtLeastAsync(1000);
            await context.Response.WriteAsync(Encoding.UTF8.GetString(read.Buffer));
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
        });
        app.MapPost("/json", static (int[] numbers) => numbers.Length);
        app.MapPost("/unreachable", static _ => throw new InvalidOperationException("The endpoint was reached."));
    }

    private static Task EchoAsync(HttpContext context) => context.Request.Body.CopyToAsync(context.Response.Body);

    private static async Task LengthAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        await context.Response.WriteAsync((await reader.ReadToEndAsync()).Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(WebServer server, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await server.Client.PostAsync(path, content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static ByteArrayContent Compressed(string json)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(json));
        return new ByteArrayContent(bytes.ToArray())
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentEncoding = { "gzip" } },
        };
    }
}
