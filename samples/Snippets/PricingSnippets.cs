using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;

namespace Snippets;

internal static class PricingSnippets
{
    public static void Declare(IPipelineBuilder pipeline)
    {
        // snippet: prices
        pipeline.ConfigurePrices(prices =>
        {
            prices.Version = "2030-01-15";                                                    // the day that the prices were looked up
            prices.Models["gpt-4.1"] = new() { Input = 2.00m, CachedInput = 0.50m, Output = 8.00m };    // for a million tokens
            prices.Models["text-embedding-3-small"] = new() { Input = 0.02m };
            prices.Models["llama3:8b"] = new() { Input = 0, Output = 0 };                     // one's own: free, and known to be
        });
        // end snippet
    }

    public static void Meter(IServiceCollection services, IChatClient provider)
    {
        // snippet: use-pipeline
        services.AddSingleton(sp => provider.UsePipeline(sp));

        services.AddPipeline().AddStep<string, string, Answer>("answer");
        // end snippet
    }

    // snippet: use-pipeline-step
    public sealed class Answer(IChatClient chat) : Pipeline.Steps.IStep<string, string>
    {
        public async ValueTask<string> ExecuteAsync(string question, Pipeline.Steps.StepContext step, CancellationToken ct) =>
            (await chat.GetResponseAsync(question, cancellationToken: ct)).Text;    // its tokens and their cost are the step's
    }
    // end snippet

    public static async ValueTask<string> ReportAsync(IChatClient chat, string question, Pipeline.Steps.StepContext step, CancellationToken ct)
    {
        // snippet: report-usage
        var response = await chat.GetResponseAsync(question, cancellationToken: ct);
        step.ReportUsage(response.Usage.ToTokenUsage(), response.ModelId);
        // end snippet
        return response.Text;
    }
}
