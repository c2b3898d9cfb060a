using Bogus;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>Makes up short business letters.</summary>
internal sealed class LetterWriter(Chance chance, Faker faker, double size)
{
    private static readonly string[] Matters =
    [
        "Your order {0} of {1}", "Delivery {0}", "Overdue payment for invoice {0}", "Offer for {1}", "Change of our address", "Complaint about {1}", "Renewal of contract {0}",
        "Invitation to our {1} day", "Price list for {1}", "Appointment on {0}", "Your enquiry about {1}", "Cancellation of order {0}", "New opening hours", "Account {0}",
    ];

    private static readonly string[] Sentences =
    [
        "Thank you for your letter.", "We are writing to you about the matter named above.", "Please find the papers enclosed.", "We regret the delay and are looking into it.",
        "The goods left our warehouse this morning.", "We would be glad to hear from you within two weeks.", "Our records show that the amount is still open.",
        "Please let us know if the date suits you.", "We have taken note of your wishes.", "Should you have any questions, please call us.", "The new prices hold from next month.",
        "We look forward to working with you.", "A copy of the contract is attached.", "Kindly confirm receipt of this letter.",
    ];

    private readonly Page page = new(chance, chance.Maybe(0.15), chance.Pick(0, 0, 0.003));

    public MadeUpDocument Write()
    {
        var companies = new Companies(chance, faker);
        var addresses = new Addresses(chance, faker);
        var day = Dates.Moment(chance);
        var sender = page.Print(companies.Name());
        var recipient = page.Print(chance.Maybe(0.5) ? companies.Name() : faker.Name.FullName());
        var date = page.Print(Dates.Day(chance, day));
        var subject = chance.Maybe(0.85)
            ? page.Print(string.Format(System.Globalization.CultureInfo.InvariantCulture, chance.Pick(Matters), chance.Digits(chance.Int(3, 6)), new Goods(chance, faker).Name().ToLowerInvariant()))
            : null;
        var signer = page.Print(faker.Name.FullName());

        page.AddPrinted(sender);
        addresses.Lines().ForEach(page.Add);
        var dateFirst = chance.Maybe(0.5);
        var dateLabel = chance.Pick("", "", "Date: ", $"{faker.Address.City()}, ");
        if (dateFirst)
        {
            page.Add(dateLabel, date);
        }

        page.Add(chance.Pick("", "", "To: ", "Attn: "), recipient);
        addresses.Lines().ForEach(page.Add);
        if (!dateFirst)
        {
            page.Add(dateLabel, date);
        }

        if (subject is not null)
        {
            page.Add(chance.Pick("Subject: ", "Re: ", "RE: ", "Regarding: ", ""), subject);
        }

        page.Add(chance.Pick("Dear Sir or Madam,", "Dear Sirs,", "To whom it may concern,", $"Dear {faker.Name.LastName()},", "Hello,"));
        for (var i = chance.Int(1, 1 + (int)Math.Round(6 * size)); i > 0; i--)
        {
            page.Add(chance.Maybe(0.85) ? chance.Pick(Sentences) : faker.Lorem.Sentence());
        }

        page.Add(chance.Pick("Yours faithfully,", "Yours sincerely,", "Kind regards,", "Best regards,"));
        page.AddPrinted(signer);
        return new MadeUpDocument(DocumentKind.Letter, page.ToString(),
        [
            new("sender", sender), new("recipient", recipient), new("date", date), new("subject", subject), new("signed_by", signer),
        ]);
    }
}
