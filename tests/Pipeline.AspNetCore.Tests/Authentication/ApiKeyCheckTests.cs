using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.State;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>The doctor's checks of API keys.</summary>
public sealed class ApiKeyCheckTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"api-keys-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task All_is_well_where_it_is()
    {
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}");
        Protect(UnixFileMode.UserRead);

        foreach (var check in ChecksOf(keys => (keys.File, keys.Store) = (_path, true)))
            (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Ok, check.Name);
    }

    [Theory]
    [InlineData("http.api-keys", "the key has 5 characters")]
    [InlineData("http.api-key-bans", "configured wrongly")]
    public async Task What_stops_the_start_is_told_by_one_check(string name, string told)
    {
        var result = await Check(name, static keys => keys.Keys = "partner=short").CheckAsync();

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain(told);
    }

    [Fact]
    public async Task Keys_that_are_not_required_short_or_weak_are_told_of()
    {
        (await Check("http.api-keys", static keys => keys.Required = false).CheckAsync()).Summary.Should().Contain("none are required");
        (await Check("http.api-keys", static keys => (keys.Keys, keys.MinKeyLength) = ($"a={ApiKeyServer.Key}", 16)).CheckAsync()).Summary.Should().Contain("16 characters");
        var weak = await Check("http.api-keys", static keys => keys.Keys = $"weak={new string('a', 40)}").CheckAsync();
        weak.Status.Should().Be(DoctorStatus.Warning);
        weak.Summary.Should().Contain("'weak'").And.NotContain("aaaa");
    }

    [Fact]
    public async Task No_bans_are_told_of() =>
        (await Check("http.api-key-bans", static keys => (keys.Keys, keys.FailuresBeforeBan) = ($"a={ApiKeyServer.Key}", 0)).CheckAsync())
            .Status.Should().Be(DoctorStatus.Warning);

    [Fact]
    public async Task Keys_that_have_expired_or_soon_will_are_told_of()
    {
        var result = await Check("http.api-key-expiry", static keys =>
        {
            keys.List.Add(new ApiKeyEntry { Name = "old", Key = ApiKeyServer.Key, ExpiresAt = DateTimeOffset.UnixEpoch });
            keys.List.Add(new ApiKeyEntry { Name = "soon", Key = ApiKeyServer.OtherKey, ExpiresAt = TimeProvider.System.GetUtcNow().AddDays(3) });
        }).CheckAsync();

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Contain("'old' have expired").And.Contain("'soon' expire within 14 days");
    }

    [Fact]
    public async Task A_file_that_others_can_read_is_told_of()
    {
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}");
        Protect(UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var result = await Check("http.api-keys-file", keys => keys.File = _path).CheckAsync();

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Mend.Should().Contain("chmod 600");
    }

    [Fact]
    public async Task Keys_in_a_file_of_configuration_are_told_of()
    {
        await File.WriteAllTextAsync(_path, $$"""{ "Http": { "ApiKeys": { "Keys": "partner={{ApiKeyServer.Key}}", "List": [ { "Name": "b", "Key": "{{ApiKeyServer.OtherKey}}" } ] } } }""");
        var configuration = new ConfigurationBuilder().AddJsonFile(_path).Build();
        var services = NewServices().AddSingleton<IConfiguration>(configuration);
        services.AddPipeline();
        services.AddPipelineHttp(configuration.GetSection("Http"));
        services.AddAuthentication().AddPipelineApiKeys();
        await using var provider = services.BuildServiceProvider();

        var result = await provider.GetServices<IDoctorCheck>().Single(static check => check.Name == "http.api-keys-plain").CheckAsync();

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Contain("as Keys").And.Contain("as List:0:Key").And.NotContain(ApiKeyServer.Key);
    }

    [Fact]
    public async Task Stored_keys_and_their_store_are_looked_at()
    {
        await using var server = await ApiKeyServer.StartAsync(static keys => keys.Store = true, services: static services =>
        {
            services.AddSingleton(new FaultyStateStore(new InMemoryStateStore()));
            services.AddPipeline().SetRole<IStateStore>("the test", static provider => provider.GetRequiredService<FaultyStateStore>());
        });
        await server.Services.GetRequiredService<ApiKeyDirectory>().CreateAsync(new ApiKeyDefinition("old") { ExpiresAt = DateTimeOffset.UnixEpoch });
        var check = server.Services.GetServices<IDoctorCheck>().Single(static check => check.Name == "http.api-key-store");

        (await check.CheckAsync()).Summary.Should().Contain("'old' have expired");
        server.Services.GetRequiredService<FaultyStateStore>().IsAway = true;
        (await check.CheckAsync()).Status.Should().Be(DoctorStatus.Error);
    }

    [Fact]
    public async Task Endpoints_that_say_nothing_of_their_callers_are_told_of()
    {
        await using var server = await ApiKeyServer.StartAsync(map: static app =>
        {
            app.MapGet("/allowed", static context => context.Response.WriteAsync("")).AllowAnonymous();
        });

        var result = await server.Services.GetServices<IDoctorCheck>().Single(static check => check.Name == "http.open-endpoints").CheckAsync();

        result.Status.Should().Be(DoctorStatus.Warning);
        result.Summary.Should().Contain("/open").And.NotContain("/me").And.NotContain("/admin").And.NotContain("/allowed");
    }

    private void Protect(UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_path, mode);
    }

    // Of a host that was never built, so that nothing runs: the doctor can be asked all the same.
    private static IServiceCollection NewServices() => WebApplication.CreateEmptyBuilder(new WebApplicationOptions()).Services;

    private static IDoctorCheck Check(string name, Action<ApiKeyOptions> configure) => ChecksOf(configure).Single(check => check.Name == name);

    private static IEnumerable<IDoctorCheck> ChecksOf(Action<ApiKeyOptions> configure)
    {
        var services = NewServices();
        services.AddPipeline();
        services.AddAuthentication().AddPipelineApiKeys(configure);
        return services.BuildServiceProvider().GetServices<IDoctorCheck>().Where(static check => check.Name.StartsWith("http.api", StringComparison.Ordinal) || check.Name == "http.open-endpoints");
    }
}
