using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.State;
using Xunit;

namespace Pipeline.Fixtures;

public sealed class BackendTests
{
    [Theory]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Two_replicas_share_their_data(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var one = await WebServer.StartAsync(static _ => { }, (services, _) => backend.Use(services));
        await using var other = await WebServer.StartAsync(static _ => { }, (services, _) => backend.Use(services));

        await one.Services.GetRequiredService<IStateStore>().CompareAndSetAsync(StateKey.Of("a", "b", "c"), new byte[] { 1 }, StateEntry.NoVersion);

        (await other.Services.GetRequiredService<IStateStore>().GetAsync(StateKey.Of("a", "b", "c"))).Should().NotBeNull();
    }
}
