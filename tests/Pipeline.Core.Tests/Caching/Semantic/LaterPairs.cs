using Xunit;

namespace Pipeline.Caching;

/// <summary>Pairs that were written after the verifier's rules, and for which no rule was changed: what it does with requests that nobody had in mind.</summary>
internal static class LaterPairs
{
    public static TheoryData<string, string> Opposites { get; } = new()
    {
        { "Can I take ibuprofen with alcohol?", "Can I take paracetamol with alcohol?" },
        { "What is the boiling point of water?", "What is the freezing point of water?" },
        { "Do I have to pay tax on gifts?", "Do I have to pay tax on inheritances?" },
        { "How many calories does an apple have?", "How many calories does an apple pie have?" },
        { "Is the store open on Sundays?", "Is the store open on Saturdays?" },
        { "Who is the CEO of Contoso?", "Who is the CFO of Contoso?" },
        { "What is the dose for adults?", "What is the dose for children?" },
        { "How do I upgrade to the pro plan?", "How do I downgrade from the pro plan?" },
        { "Does the warranty cover water damage?", "Does the warranty exclude water damage?" },
        { "List the employees hired since 2020", "List the employees hired until 2020" },
        { "Is it legal to record a phone call?", "Is it illegal to record a phone call?" },
        { "Which vaccines are recommended?", "Which vaccines are not recommended?" },
        { "Show orders over $50", "Show orders under $50" },
        { "Show orders over $50", "Show orders over $500" },
        { "How far is it from Berlin to Munich?", "How far is it from Berlin to Hamburg?" },
        { "What does HTTP 401 mean?", "What does HTTP 403 mean?" },
        { "How do I undo the last commit?", "How do I redo the last commit?" },
        { "What are symptoms of hyperglycemia?", "What are symptoms of hypoglycemia?" },
        { "Is the meeting at noon?", "Is the meeting at midnight?" },
        { "Can minors enter with their parents?", "Can minors enter without their parents?" },
        { "Did the court convict him?", "Did the court acquit him?" },
        { "Which trains go via Basel?", "Which trains do not go via Basel?" },
        { "Is it cheaper to rent?", "Is it cheaper to buy?" },
        { "How do I write to a file?", "How do I read from a file?" },
        { "Are dogs allowed in the park?", "Are dogs forbidden in the park?" },
        { "Who can see my profile?", "Who can't see my profile?" },
        { "Convert 100 F to C", "Convert 100 C to F" },
        { "Is the payment due in 30 days?", "Is the payment due in 60 days?" },
        { "What is the population of North Korea?", "What is the population of South Korea?" },
        { "Can I return an item after 30 days?", "Can I return an item within 30 days?" },
        { "Does the plan cover dental?", "Does any plan not cover dental?" },
        { "Explain the theory of evolution in detail", "Explain the theory of evolution briefly" },
        { "Was Lincoln born in Kentucky?", "Did Lincoln die in Kentucky?" },
        { "Merge branch main into dev", "Merge branch dev into main" },
        { "How do I turn on the alarm?", "How do I turn off the alarm?" },
        { "Is the patient allergic to penicillin?", "Is the patient no longer allergic to penicillin?" },
        { "What is the salary before tax?", "What is the salary after tax?" },
        { "Who reports to Maria?", "Who does Maria report to?" },
        { "Can I cancel my booking?", "Can I cancel my booking within 24 hours?" },
        { "Can I return shoes?", "Can I return worn shoes?" },
    };

    public static TheoryData<string, string> Paraphrases { get; } = new()
    {
        { "How do I change my email address?", "How can I change my e-mail address?" },
        { "Is the pool heated?", "Is the swimming pool heated?" },
        { "What payment methods do you accept?", "Which payment methods are accepted?" },
        { "How do I export my data?", "I'd like to export my data. How?" },
        { "What's your return policy?", "Tell me about your return policy" },
        { "How long is the battery life?", "How long does the battery last?" },
        { "Do I need a visa for Japan?", "Is a visa required for Japan?" },
        { "How do I get to the airport?", "What is the best way to the airport?" },
        { "What is machine learning?", "Explain machine learning to me, please" },
        { "Who discovered penicillin?", "Penicillin was discovered by whom?" },
        { "Where are you located?", "What is your location?" },
        { "How tall is Mount Everest?", "What is the height of Mount Everest?" },
        { "Can I pay by card?", "Is it possible to pay by card?" },
        { "The app crashes when I open it", "App crashes when opening" },
        { "Write a poem about autumn", "Please write me a poem about autumn" },
        { "How do I uninstall the app?", "How can the app be uninstalled?" },
        { "What are the opening hours?", "When are you open?" },
        { "Does the hotel allow pets?", "Are pets allowed in the hotel?" },
        { "How do I sort a list in Python?", "How to sort a Python list" },
        { "Which port does HTTPS use?", "What port is used by HTTPS?" },
    };
}
