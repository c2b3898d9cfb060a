using Bogus;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>Makes up invoices from one business to another.</summary>
internal sealed class InvoiceWriter(Chance chance, Faker faker, double size)
{
    private readonly Page page = new(chance, chance.Maybe(0.4), chance.Pick(0, 0, 0, 0.003, 0.008));

    private readonly MoneyFormat money = MoneyFormat.Pick(chance);

    public MadeUpDocument Write()
    {
        var companies = new Companies(chance, faker);
        var addresses = new Addresses(chance, faker);
        var day = Dates.Moment(chance);
        var format = chance.Int(0, 1_000_000);
        var seller = page.Print(companies.Name());
        var buyer = page.Print(companies.Name());
        var number = page.Print($"{chance.Pick("INV-", "INV", "", "F", "A-", "SI/")}{chance.Digits(chance.Int(3, 8))}{chance.Pick("", "", "/" + chance.Int(18, 29))}");
        var date = page.Print(Dates.Day(new Chance(format, 1), day));
        var due = chance.Maybe(0.75) ? page.Print(Dates.Day(new Chance(format, 1), day.AddDays(chance.Pick(7, 14, 30, 45, 60)))) : null;
        var colon = chance.Pick(": ", " : ", ":  ", " ");

        page.AddPrinted(seller);
        if (chance.Maybe(0.4))
        {
            page.Add(companies.Registration());
        }

        addresses.Lines().ForEach(page.Add);
        if (chance.Maybe(0.5))
        {
            page.Add($"TEL{colon}0{chance.Digits(2)}-{chance.Digits(7)}");
        }

        page.Add(chance.Pick("INVOICE", "TAX INVOICE", "COMMERCIAL INVOICE", "SALES INVOICE"));
        var particulars = new List<Action>
        {
            () => page.Add(chance.Pick("INVOICE NO", "INVOICE NUMBER", "INVOICE #", "NO.", "OUR REF") + colon, number),
            () => page.Add(chance.Pick("DATE", "INVOICE DATE", "DATE OF ISSUE", "ISSUED") + colon, date),
        };
        if (due is not null)
        {
            particulars.Add(() => page.Add(chance.Pick("DUE DATE", "PAYMENT DUE", "DUE", "PAY BY") + colon, due));
        }

        if (chance.Maybe(0.3))
        {
            particulars.Add(() => page.Add(chance.Pick("TERMS", "PAYMENT TERMS") + colon + chance.Pick("30 DAYS", "NET 14", "C.O.D.", "60 DAYS")));
        }

        chance.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(particulars));
        void Buyer()
        {
            var label = chance.Pick("BILL TO", "BILLED TO", "INVOICE TO", "TO", "CUSTOMER", "SOLD TO");
            if (chance.Maybe(0.5))
            {
                page.Add(label + ":");
                page.AddPrinted(buyer);
            }
            else
            {
                page.Add(label + colon, buyer);
            }

            addresses.Lines().ForEach(page.Add);
        }

        var buyerFirst = chance.Maybe(0.5);
        if (buyerFirst)
        {
            Buyer();
        }

        particulars.ForEach(print => print());
        if (!buyerFirst)
        {
            Buyer();
        }

        var most = Math.Max(1, (int)Math.Round(size * chance.Pick(3, 5, 8)));
        var (pieces, sum) = new ReceiptItems(chance, page, money, new Goods(chance, faker)).Print(chance.Int(1, most));
        var total = new ReceiptTotals(chance, page, money).Print(pieces, sum);
        if (chance.Maybe(0.5))
        {
            page.Add(chance.Pick("BANK", "PAY TO", "ACCOUNT NO", "IBAN") + colon + $"{MadeUpWords.Word(chance)} BANK {chance.Digits(10)}");
        }

        if (chance.Maybe(0.4))
        {
            page.Add(chance.Pick("THANK YOU FOR YOUR BUSINESS", "PLEASE PAY WITHIN THE TERMS STATED", "CHEQUES SHOULD BE CROSSED", "E. & O. E.", "AUTHORISED SIGNATURE"));
        }

        return new MadeUpDocument(DocumentKind.Invoice, page.ToString(),
        [
            new("seller", seller), new("buyer", buyer), new("invoice_number", number), new("date", date), new("due_date", due), new("total", total),
        ]);
    }
}
