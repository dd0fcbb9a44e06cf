namespace Pipeline.Steps;

/// <summary>The key under which a step's runner stands in the container: the step's name, after that of a named suite.</summary>
internal static class StepKey
{
    public static string Of(string pipeline, string step) => pipeline.Length == 0 ? step : $"{pipeline}/{step}";
}
