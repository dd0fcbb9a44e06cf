namespace Quickstart.Answering;

/// <summary>A model that speaks OpenAI's chat protocol.</summary>
/// <param name="Address">The address up to <c>chat/completions</c>, for instance <c>http://localhost:11434/v1/</c>.</param>
/// <param name="Model">The model's name there.</param>
internal sealed record ModelEndpoint(Uri Address, string Model);
