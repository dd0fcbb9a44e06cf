using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Makes containers with a suite in them.</summary>
internal static class Suite
{
    public static ServiceProvider Build(Action<IPipelineBuilder> declare, IConfiguration? configuration = null)
    {
        var services = new ServiceCollection();
        declare(services.AddPipeline(configuration));
        return services.BuildServiceProvider();
    }

    /// <summary>A section named <c>Pipeline</c> with one setting.</summary>
    public static IConfiguration Configure(string path, string? value) =>
        new ConfigurationBuilder().AddInMemoryCollection([new($"Pipeline:{path}", value)]).Build().GetSection("Pipeline");

    /// <summary>A section named <c>Pipeline</c> from JSON.</summary>
    public static IConfiguration ConfigureJson(string json) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Pipeline": {{json}} }""")))
        .Build()
        .GetSection("Pipeline");
}
