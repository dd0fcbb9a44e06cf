using System.Net;
using System.Text;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Xunit;

namespace Pipeline.Requests;

/// <summary>Row C9: the request's event says how long the bodies were, however they were written.</summary>
public sealed class RequestLogBytesTests : IDisposable
{
    private const string Text = "0123456789";

    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("/text", 10)]
    [InlineData("/writer", 20)]
    [InlineData("/spans", 300_000)]
    [InlineData("/stream", 30)]
    [InlineData("/begin", 10)]
    [InlineData("/json", 12)]
    [InlineData("/swapped", 20)]
    [InlineData("/file", 100_000)]
    [InlineData("/part", 1_000)]
    [InlineData("/rest", 99_000)]
    [InlineData("/empty", 0)]
    public async Task The_bytes_of_an_answer_are_those_that_its_caller_gets(string path, int expected)
    {
        await using var server = await StartAsync();

        var answer = await server.Client.GetByteArrayAsync(path);

        answer.Should().HaveCount(expected);
        (await EndAsync(server)).Values.Should().Contain("ResponseBytes", (long)expected).And.Contain("RequestBytes", null);
    }

    [Fact]
    public async Task The_bytes_of_a_problem_count_too()
    {
        await using var server = await StartAsync();

        using var response = await server.Client.GetAsync("/refused");

        (await EndAsync(server)).Values.Should().Contain("ResponseBytes", (await response.Content.ReadAsByteArrayAsync()).LongLength);
    }

    [Fact]
    public async Task Of_an_answer_to_HEAD_nothing_is_sent()
    {
        await using var server = await StartAsync();

        using var response = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/text"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await EndAsync(server)).Values.Should().Contain("ResponseBytes", 0L);
    }

    [Theory]
    [InlineData(false, 4L)]
    [InlineData(true, null)]
    public async Task The_bytes_of_a_request_are_known_if_it_says_them(bool isChunked, long? expected)
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = new StringContent("abcd"), Headers = { TransferEncodingChunked = isChunked } };

        using var response = await server.Client.SendAsync(request);

        var ended = await EndAsync(server);
        ended.Values.Should().Contain("RequestBytes", expected).And.Contain("ResponseBytes", 4L);
    }

    [Fact]
    public async Task A_replayed_answer_has_its_bytes()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/once") { Headers = { { "Idempotency-Key", "k1" } } };
            using var response = await server.Client.SendAsync(request);
        }

        await server.App.StopAsync();

        Events(server).Select(static e => e.Values["ResponseBytes"]).Should().Equal(10L, 10L);
    }

    [Fact]
    public async Task What_breaks_off_is_counted_as_far_as_it_was_written()
    {
        await using var server = await StartAsync();

        await ((Func<Task>)(() => server.Client.GetByteArrayAsync("/breaks"))).Should().ThrowAsync<HttpRequestException>();

        (await EndAsync(server)).Values.Should().Contain("ResponseBytes", 10L);
    }

    [Fact]
    public async Task Nothing_is_put_between_where_nothing_is_logged()
    {
        object? body = null;
        await using var server = await WebServer.StartAsync(
            app => app.MapGet("/", context =>
            {
                body = context.Features.Get<IHttpResponseBodyFeature>();
                return Task.CompletedTask;
            }),
            static (services, _) => services.AddLogging(static logging => logging.AddFilter("Pipeline.Requests", LogLevel.Warning)));

        await server.Client.GetByteArrayAsync("/");

        body.Should().NotBeNull().And.NotBeOfType<CountedBody>();
    }

    public void Dispose() => File.Delete(_file);

    private static async Task<WebLogEvent> EndAsync(WebServer server)
    {
        await server.App.StopAsync();
        return Events(server).Should().ContainSingle().Subject;
    }

    private static IEnumerable<WebLogEvent> Events(WebServer server) => server.Log.Events.Where(static e => e.Id.Id == 12000);

    private async Task<WebServer> StartAsync()
    {
        await File.WriteAllTextAsync(_file, new string('x', 100_000));
        return await WebServer.StartAsync(app =>
        {
            app.MapGet("/text", static () => Text);
            app.MapGet("/writer", static async context =>
            {
                await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(Text));
                await context.Response.WriteAsync(Text);
            });
            app.MapGet("/spans", static async context =>
            {
                var writer = context.Response.BodyWriter;
                for (var i = 0; i < 30; i++)
                {
                    writer.GetSpan(10_000)[..10_000].Fill((byte)'x');
                    writer.Advance(10_000);
                    if (i % 4 == 0)
                        await writer.FlushAsync();
                }
            });
            app.MapGet("/stream", static async context =>
            {
                var bytes = Encoding.UTF8.GetBytes(Text);
                await context.Response.Body.WriteAsync(bytes);
                await context.Response.Body.FlushAsync();
#pragma warning disable CA1835 // The old overload is what is tested.
                await context.Response.Body.WriteAsync(bytes, 0, bytes.Length);
#pragma warning restore CA1835
                context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
#pragma warning disable CA1849, MA0042 // So is the synchronous one.
                context.Response.Body.Write(bytes, 0, 4);
                context.Response.Body.Write(bytes.AsSpan(4));
#pragma warning restore CA1849, MA0042
            });
            app.MapGet("/begin", static context => Task.Factory.FromAsync(
                context.Response.Body.BeginWrite, context.Response.Body.EndWrite, Encoding.UTF8.GetBytes(Text), 0, Text.Length, null));
            app.MapGet("/json", static () => Results.Text($"\"{Text}\"", "application/json"));
            app.MapGet("/swapped", static async context =>
            {
                // As middleware does that changes bodies.
                var original = context.Response.Body;
                using var doubled = new MemoryStream();
                context.Response.Body = doubled;
                await context.Response.WriteAsync(Text);
                context.Response.Body = original;
                await original.WriteAsync(doubled.ToArray().AsMemory());
                await original.WriteAsync(doubled.ToArray().AsMemory());
            });
            app.MapGet("/file", context => context.Response.SendFileAsync(_file));
            app.MapGet("/part", context => context.Response.SendFileAsync(_file, offset: 5, count: 1_000));
            app.MapGet("/rest", context => context.Response.SendFileAsync(_file, offset: 1_000, count: null));
            app.MapGet("/empty", static () => Results.NoContent());
            app.MapGet("/refused", static _ => throw new HttpProblemException(new HttpProblem(402, ProblemCodes.BudgetExhausted, "Budget exhausted")));
            app.MapMethods("/text", ["HEAD"], static () => Text);
            app.MapPost("/echo", static context => context.Request.Body.CopyToAsync(context.Response.Body));
            app.MapPost("/once", static () => Text).WithIdempotency();
            app.MapGet("/breaks", static async context =>
            {
                await context.Response.WriteAsync(Text);
                throw new InvalidOperationException();
            });
        });
    }
}
