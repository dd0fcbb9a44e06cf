using FluentAssertions;
using Pipeline.ArchitectureTests.Repository;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.ArchitectureTests.Clients;

/// <summary>
/// Pipeline.Redis is compiled against the floor of StackExchange.Redis and runs with what the application brings: all that it uses of
/// the floor must be in the newer versions, unchanged. Only metadata is read; the newer versions are not loaded.
/// </summary>
public sealed class RedisClientTests
{
    private const string Renumbered = "StackExchange.Redis.RedisType.Unknown";

    public static TheoryData<string> Versions => [RedisClient.OfRelease, RedisClient.Newest];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_member_that_the_package_uses_is_in_the_newer_client(string version)
    {
        using var package = AssemblyFile.Open(PathOf("Pipeline.Redis"));
        using var client = AssemblyFile.Open(RedisClient.PathOf(version));
        var use = new ClientUse(package, RedisClient.Name);

        use.Members.Should().NotBeEmpty();
        new ClientVersion(client).Missing(use).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_constants_of_every_enum_that_the_package_uses_are_the_same_in_the_newer_client(string version)
    {
        using var package = AssemblyFile.Open(PathOf("Pipeline.Redis"));
        using var floor = AssemblyFile.Open(typeof(IDatabase).Assembly.Location);
        using var client = AssemblyFile.Open(RedisClient.PathOf(version));
        var (older, newer) = (new ClientVersion(floor), new ClientVersion(client));
        var enums = new ClientUse(package, RedisClient.Name).Types.Where(type => older.Constants(type).Count > 0).ToArray();

        enums.Should().Contain("StackExchange.Redis.CommandFlags");
        enums.SelectMany(type => older.Constants(type)
                .Where(constant => !newer.Constants(type).Contains(constant))
                .Select(constant => $"{type}.{constant.Key}"))
            .Where(constant => !string.Equals(constant, Renumbered, StringComparison.Ordinal))
            .Should().BeEmpty();
    }

    [Fact]
    public void The_one_constant_that_was_renumbered_is_not_used() =>
        RepositoryFiles.Read("*.cs", "src/Pipeline.Redis").Where(file => file.Text.Contains("RedisType.Unknown", StringComparison.Ordinal)).Select(file => file.Path)
            .Should().BeEmpty();

    [Fact]
    public void No_type_of_the_package_derives_from_one_of_the_client()
    {
        using var package = AssemblyFile.Open(PathOf("Pipeline.Redis"));

        new ClientUse(package, RedisClient.Name).Derived.Should().BeEmpty("a newer client may add members that it would have to implement");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_member_that_the_newer_client_does_not_have_is_named(string version)
    {
        using var tests = AssemblyFile.Open(typeof(RedisClientTests).Assembly.Location);
        using var client = AssemblyFile.Open(RedisClient.PathOf(version));

        // What UseWhatIsGone calls; in the floor itself, all of it is there.
        new ClientVersion(client).Missing(new ClientUse(tests, RedisClient.Name)).Should().BeEquivalentTo(
            "StackExchange.Redis.ConnectionMultiplexer.RegisterProfiler: Void (StackExchange.Redis.IProfiler)",
            "StackExchange.Redis.IConnectionMultiplexer.Dispose: Void ()",
            "StackExchange.Redis.IProfiler",
            "StackExchange.Redis.IRedisAsync.get_Multiplexer: StackExchange.Redis.ConnectionMultiplexer ()",
            "StackExchange.Redis.RedisResult.Create: static StackExchange.Redis.RedisResult (StackExchange.Redis.RedisValue)");
        using var floor = AssemblyFile.Open(typeof(IDatabase).Assembly.Location);
        new ClientVersion(floor).Missing(new ClientUse(tests, RedisClient.Name)).Should().BeEmpty();
    }

    private static void UseWhatIsGone(IConnectionMultiplexer multiplexer, IDatabase database, ConnectionMultiplexer owned)
    {
        owned.RegisterProfiler(null);
        _ = database.Multiplexer;
        _ = RedisResult.Create(default);
        multiplexer.Dispose();
    }

    private static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");
}
