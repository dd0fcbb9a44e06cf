using Xunit;

namespace Pipeline.Caching;

/// <summary>Requests that read nearly alike and must not have each other's answer.</summary>
internal static class OppositePairs
{
    public static TheoryData<string, string> All { get; } = Of(
        // Numbers.
        ("What is the fee for 10 licenses?", "What is the fee for 100 licenses?"),
        ("Summarise chapter 3 of the manual", "Summarise chapter 4 of the manual"),
        ("Is 1,500 steps a day enough?", "Is 15,000 steps a day enough?"),
        ("Convert 3.5 to a fraction", "Convert 35 to a fraction"),
        ("How do two people share the room?", "How do three people share the room?"),
        ("Who finished first in the race?", "Who finished third in the race?"),
        ("Take the tablet twice a day, right?", "Take the tablet once a day, right?"),
        ("Is -5 in range?", "Is 5 in range?"),
        ("Can I get a 20% discount?", "Can I get a 25% discount?"),
        ("What changed in version 2.1?", "What changed in version 2.10.1?"),
        ("Is a score of twenty-one good?", "Is a score of twenty-two good?"),
        ("Explain the 14th amendment", "Explain the 15th amendment"),
        ("Scale the recipe from 4 to 8 servings", "Scale the recipe from 8 to 4 servings"),
        ("Roll half of the budget over", "Roll a quarter of the budget over"),

        // Negations.
        ("Is the ticket refundable?", "Is the ticket not refundable?"),
        ("Is the ticket refundable?", "Is the ticket non-refundable?"),
        ("Is the ticket refundable?", "Is the ticket nonrefundable?"),
        ("Which foods are safe during pregnancy?", "Which foods are unsafe during pregnancy?"),
        ("Which foods are safe for cats?", "Which foods aren't safe for cats?"),
        ("Can I log in with a password?", "Can I log in without a password?"),
        ("Why does the engine start?", "Why doesn't the engine start?"),
        ("Should I always restart the server?", "Should I never restart the server?"),
        ("Show customers who have paid", "Show customers who have not paid"),
        ("List invoices that are paid", "List invoices that are unpaid"),
        ("Is this mushroom edible?", "Is this mushroom inedible?"),
        ("Why is the request valid?", "Why is the request invalid?"),
        ("Is the contract legal in my state?", "Is the contract illegal in my state?"),
        ("Is a wireless connection enough?", "Is a wired connection enough?"),
        ("Are these sweets sugar-free?", "Are these sweets sugary?"),
        ("Email everyone including the managers", "Email everyone except the managers"),
        ("Delete the file if the backup succeeds", "Delete the file unless the backup succeeds"),
        ("Is the product harmful to bees?", "Is the product harmless to bees?"),
        ("Which countries require a visa?", "Which countries require no visa?"),
        ("Is it possible to undo a merge?", "Is it impossible to undo a merge?"),
        ("Do I have to cancel if I am not ill?", "Do I not have to cancel if I am ill?"),
        ("Ist die Karte erstattbar?", "Ist die Karte nicht erstattbar?"),
        ("Puis-je entrer avec un chien?", "Puis-je entrer sans chien?"),

        // Names.
        ("What did Alice say about the budget?", "What did Bob say about the budget?"),
        ("What is the capital of Austria?", "What is the capital of Australia?"),
        ("Compare Postgres with Redis", "Compare Postgres with Qdrant"),
        ("Paris weather forecast", "London weather forecast"),
        ("what did alice say in the meeting", "what did bob say in the meeting"),
        ("Open the ticket JIRA-1042", "Open the ticket JIRA-1024"),
        ("Reset the password of ann@example.com", "Reset the password of anna@example.com"),
        ("Translate \"good morning\" into French", "Translate \"good evening\" into French"),
        ("What does the IRS want from me?", "What does the IRA want from me?"),
        ("How do I call getUser in the API?", "How do I call getUsers in the API?"),
        ("Is C++ harder than Python?", "Is C# harder than Python?"),
        ("Who won World War I?", "Who won World War II?"),
        ("What is in /etc/hosts?", "What is in /etc/passwd?"),

        // Dates and times.
        ("What is on the agenda for Monday?", "What is on the agenda for Tuesday?"),
        ("Book the room for 5 March", "Book the room for 5 May"),
        ("Will it rain today?", "Will it rain tomorrow?"),
        ("Show sales of last month", "Show sales of next month"),
        ("Show sales of this week", "Show sales of this year"),
        ("Is the shop open at 9 am?", "Is the shop open at 9 pm?"),
        ("What happened on 2024-01-12?", "What happened on 2024-12-01?"),
        ("Wake me at 6:30", "Wake me at 6:50"),
        ("Send a daily report", "Send a weekly report"),
        ("What are the opening hours in summer?", "What are the opening hours in winter?"),

        // Units and currencies.
        ("Is 5 km far for a beginner?", "Is 5 miles far for a beginner?"),
        ("Is 30 degrees Celsius hot?", "Is 30 degrees Fahrenheit hot?"),
        ("Does the flat cost $900?", "Does the flat cost €900?"),
        ("Is a delivery of 3 days normal?", "Is a delivery of 3 weeks normal?"),
        ("Add 200 g of flour", "Add 200 kg of flour"),
        ("Is 500 MB enough?", "Is 500 GB enough?"),
        ("How many dollars is that?", "How many euros is that?"),

        // Order.
        ("Convert euros to dollars", "Convert dollars to euros"),
        ("Does the dog chase the cat?", "Does the cat chase the dog?"),
        ("Forward the mail from Anna to Tom", "Forward the mail to Anna from Tom"),
        ("Is iron heavier than gold?", "Is gold heavier than iron?"),
        ("Do I take the pill before lunch and the syrup after dinner?", "Do I take the pill after lunch and the syrup before dinner?"),
        ("Can you see my files?", "Can I see your files?"),
        ("Fly from Oslo to Rome", "Fly from Rome to Oslo"),

        // Antonyms, and one word in another's place.
        ("Should I eat before the test?", "Should I eat after the test?"),
        ("How do I enable notifications?", "How do I disable notifications?"),
        ("Why did revenue increase?", "Why did revenue decrease?"),
        ("What is the maximum file size?", "What is the minimum file size?"),
        ("Show values above the average", "Show values below the average"),
        ("How do I install the driver?", "How do I uninstall the driver?"),
        ("Turn the heating on", "Turn the heating off"),
        ("How do I import contacts?", "How do I export contacts?"),
        ("What are the advantages of nuclear power?", "What are the disadvantages of nuclear power?"),
        ("When does the museum open?", "When does the museum close?"),
        ("When does the bus leave?", "Where does the bus leave?"),
        ("Who is the buyer of the house?", "Who is the seller of the house?"),
        ("Is the red wire live?", "Is the blue wire live?"),
        ("Are all flights cancelled?", "Are some flights cancelled?"),
        ("Is a helmet mandatory?", "Is a helmet optional?"),
        ("Who was the president?", "Who will be the president?"),
        ("Can my dog eat grapes?", "Can my dog eat apples?"),
        ("What is the cheapest plan?", "What is the most expensive plan?"),
        ("Is the discount only for students?", "Is the discount for students?"));

    private static TheoryData<string, string> Of(params (string Stored, string Asked)[] pairs)
    {
        var data = new TheoryData<string, string>();
        foreach (var (stored, asked) in pairs)
        {
            data.Add(stored, asked);
        }

        return data;
    }
}
