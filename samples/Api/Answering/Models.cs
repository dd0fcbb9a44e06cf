namespace Api.Answering;

/// <summary>The models that there are.</summary>
internal static class Models
{
    public const string Small = "small:1";
    public const string Large = "large:1";

    /// <summary>What is wrong with a question; null if nothing is.</summary>
    public static string? FindProblem(Question question) =>
        string.IsNullOrWhiteSpace(question.Text) ? "The text is empty. Ask something."
        : question.Model is Small or Large ? null
        : $"There is no such model. Give {Small} or {Large}.";
}
