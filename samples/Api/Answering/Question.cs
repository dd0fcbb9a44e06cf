namespace Api.Answering;

/// <summary>What is asked of which model.</summary>
internal sealed record Question(string Text, string Model = Models.Small);
