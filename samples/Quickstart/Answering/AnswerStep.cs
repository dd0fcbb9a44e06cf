using Microsoft.Extensions.AI;
using Pipeline.Steps;

namespace Quickstart.Answering;

/// <summary>Asks a model to answer from the passages. What it used and what that costs the client reports by itself.</summary>
internal sealed class AnswerStep(IChatClient model) : IStep<Prompt, string>
{
    private const string Instruction = "Answer the last question from the passages before it, and from nothing else.";

    public async ValueTask<string> ExecuteAsync(Prompt input, StepContext context, CancellationToken cancellationToken)
    {
        IEnumerable<ChatMessage> messages =
        [
            new(ChatRole.System, Instruction),
            .. input.Passages.Select(passage => new ChatMessage(ChatRole.User, passage)),
            new(ChatRole.User, input.Question),
        ];
        return (await model.GetResponseAsync(messages, cancellationToken: cancellationToken)).Text;
    }
}
