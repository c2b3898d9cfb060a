using Bogus;

namespace Pipeline.ModelTrainer.Documents;

/// <summary>Makes up till receipts: mostly of Malaysian shops, some American and European.</summary>
internal sealed class ReceiptWriter(Chance chance, Faker faker, double size)
{
    private readonly Page page = new(chance, chance.Maybe(0.9), chance.Pick(0, 0, 0, 0.003, 0.008, 0.02));

    private readonly Companies companies = new(chance, faker);

    private readonly MoneyFormat money = MoneyFormat.Pick(chance);

    private readonly DateTime moment = Dates.Moment(chance);

    private string? company;
    private string? address;
    private string? date;
    private string? total;
    private string? phone;
    private string? number;
    private string? taxId;

    public MadeUpDocument Write()
    {
        // The shortest receipts say nothing but what is asked: what copying is can be learned from them fastest.
        if (size < 0.25 && chance.Maybe(1 - (4 * size)))
        {
            Essentials();
        }
        else
        {
            Whole();
        }

        return new MadeUpDocument(DocumentKind.Receipt, page.ToString(),
        [
            new("company", company), new("date", date), new("address", address), new("total", total),
            new("phone", phone), new("receipt_number", number), new("tax_id", taxId),
        ]);
    }

    private void Essentials()
    {
        company = page.Print(companies.Name());
        page.AddPrinted(company);
        var lines = new Addresses(chance, faker).Lines().ConvertAll(page.Print);
        lines.ForEach(page.AddPrinted);
        address = string.Join(' ', lines);
        if (chance.Maybe(0.9))
        {
            DateLine();
        }

        if (chance.Maybe(0.9))
        {
            total = page.Print(money.Value(chance.Int(100, 99999) / 100m));
            page.Add(chance.Pick("TOTAL ", "TOTAL : ", "GRAND TOTAL  ", "NETT TOTAL: ", "AMOUNT DUE "), total);
        }
    }

    private void Whole()
    {
        var dateAtTop = chance.Maybe(0.06);
        var dateAtEnd = !dateAtTop && chance.Maybe(0.2);
        var hasDate = chance.Maybe(0.97);
        Above();
        Name();
        if (dateAtTop && hasDate)
        {
            DateLine();
        }

        Place();
        var particulars = new List<Action>();
        Opt(particulars, 0.55, NumberLine);
        Opt(particulars, 0.35 * size, () => page.Add($"{chance.Pick("CASHIER", "SERVED BY", "STAFF", "CSH", "OPERATOR", "SERVER")}{chance.Pick(" : ", ": ", "  :  ", " # ")}{chance.Pick("USER", "ADMIN", "01", "CASHIER", faker.Name.FirstName().ToUpperInvariant(), chance.Digits(5))}"));
        Opt(particulars, 0.15 * size, () => page.Add($"{chance.Pick("TABLE", "TABLE NO", "COUNTER", "POS", "TERMINAL", "PAX(S)")}{chance.Pick(" ", ": ", " : ")}{chance.Int(1, 60)}"));
        Opt(particulars, 0.15 * size, () => page.Add($"{chance.Pick("SALESPERSON", "REF", "MEMBER", "MEMBER NO", "REMARK", "CUSTOMER")} :{chance.Pick("", "", " " + chance.Digits(6))}"));
        if (hasDate && !dateAtTop && !dateAtEnd)
        {
            particulars.Add(DateLine);
        }

        chance.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(particulars));
        if (chance.Maybe(0.5))
        {
            page.Add(chance.Pick("TAX INVOICE", "SIMPLIFIED TAX INVOICE", "RECEIPT", "CASH BILL", "INVOICE", "CASH RECEIPT", "OFFICIAL RECEIPT", "CASH SALES", "BILL"));
        }

        if (chance.Maybe(0.12))
        {
            page.Add("CASH");
        }

        foreach (var print in particulars)
        {
            print();
        }

        if (chance.Maybe(0.05 * size))
        {
            BillTo();
        }

        Sums();
        if (hasDate && dateAtEnd)
        {
            DateLine();
        }
        else if (hasDate && chance.Maybe(0.06))
        {
            page.Add($"{chance.Pick("PRINTED DATE", "CLOSED", "PRINTED ON", "END OF BILL")}{chance.Pick(" : ", ": ", "  ")}{Dates.Day(chance, moment)} {Dates.Time(chance, moment)}");
        }

        Thanks();
    }

    private void Opt(List<Action> list, double probability, Action print)
    {
        if (chance.Maybe(probability))
        {
            list.Add(print);
        }
    }

    // What may stand over the name and is not it.
    private void Above()
    {
        if (!chance.Maybe(0.24))
        {
            return;
        }

        page.Add(chance.Int(0, 9) switch
        {
            0 or 1 or 2 => faker.Name.FullName().ToUpperInvariant(),
            3 => MadeUpWords.Words(chance, 3, 3),
            4 => chance.Pick("WELCOME TO", "WELCOME", "TAX INVOICE", "RECEIPT", "*** COPY ***", "CASH SALES"),
            5 => chance.Digits(chance.Int(3, 6)),
            6 => companies.Registration(),
            7 => chance.Pick("*", "**", "---", "(DUPLICATE)", "REPRINT"),
            _ => MadeUpWords.Word(chance),
        });
    }

    private void Name()
    {
        var name = companies.Name();
        var registration = companies.Registration();
        var registered = chance.Double();
        var words = name.Split(' ');
        if (words.Length >= 4 && chance.Maybe(0.06))
        {
            var first = page.Print(string.Join(' ', words[..^2]));
            var second = page.Print(string.Join(' ', words[^2..]));
            page.AddPrinted(first);
            page.AddPrinted(second);
            company = $"{first} {second}";
        }
        else
        {
            company = page.Print(name);
            page.Add("", company, registered < 0.25 ? chance.Pick(" ", "  ", " ") + registration : "");
        }

        if (registered is >= 0.25 and < 0.65)
        {
            page.Add(registration);
        }

        if (chance.Maybe(0.07))
        {
            page.Add(chance.Pick($"({companies.Brand()})", $"TRADING AS {companies.Brand()}", companies.Brand(), $"BRANCH : {MadeUpWords.Word(chance)}", $"(FORMERLY KNOWN AS {companies.Brand()})"));
        }
    }

    private void Place()
    {
        var about = new List<Action>();
        Opt(about, 0.75, PhoneLine);
        Opt(about, 0.6, TaxLine);
        Opt(about, 0.08, () => page.Add($"{chance.Pick("EMAIL", "E-MAIL", "WEBSITE", "FACEBOOK", "E")} : {chance.Pick("", "WWW.", "INFO@")}{MadeUpWords.Word(chance)}.COM{chance.Pick("", ".MY")}"));
        if (chance.Maybe(0.2))
        {
            chance.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(about));
        }

        var before = about.Count > 0 && chance.Maybe(0.07) ? 1 : 0;
        foreach (var print in about.Take(before))
        {
            print();
        }

        if (chance.Maybe(0.96))
        {
            var lines = new Addresses(chance, faker).Lines().ConvertAll(page.Print);
            lines.ForEach(page.AddPrinted);
            address = string.Join(' ', lines);
        }

        foreach (var print in about.Skip(before))
        {
            print();
        }
    }

    private void PhoneLine()
    {
        var value = chance.Int(0, 4) switch
        {
            0 => $"0{chance.Int(3, 9)}-{chance.Digits(8)}",
            1 => $"0{chance.Int(3, 9)}-{chance.Digits(4)} {chance.Digits(4)}",
            2 => $"01{chance.Int(0, 9)}-{chance.Digits(7)}",
            3 => $"({chance.Digits(3)}) {chance.Digits(3)}-{chance.Digits(4)}",
            _ => $"0{chance.Int(3, 9)} {chance.Digits(7)}",
        };
        phone = page.Print(value);
        var fax = chance.Maybe(0.3) ? $"  {chance.Pick("FAX : ", "FAX:", "FAX ")}0{chance.Int(3, 9)}-{chance.Digits(8)}" : "";
        page.Add(chance.Pick("TEL : ", "TEL:", "TEL: ", "TEL ", "PHONE : ", "TEL NO : ", "TEL NO. : ", "H/P: ", ""), phone, fax);
    }

    private void TaxLine()
    {
        taxId = page.Print(chance.Pick("000", "001", "002") + chance.Digits(9));
        page.Add(chance.Pick("GST ID : ", "GST ID: ", "GST NO : ", "GST REG NO : ", "GST REG. NO: ", "GST ID NO : ", "GST:", "(GST ID NO: ", "VAT NO ", "GST REG #"), taxId);
    }

    private void NumberLine()
    {
        number = page.Print(chance.Int(0, 5) switch
        {
            0 => $"CS{chance.Digits(8)}",
            1 => $"{chance.Digits(3)}-{chance.Digits(6)}",
            2 => chance.Digits(chance.Int(4, 12)),
            3 => $"{chance.Letter()}{chance.Digits(3)}-{chance.Digits(6)}",
            4 => $"{chance.Digits(5)}/{chance.Digits(3)}/T{chance.Digits(4)}",
            _ => $"{chance.Letter()}{chance.Letter()}{chance.Digits(6)}",
        });
        page.Add(
            chance.Pick("INVOICE NO : ", "INVOICE NO: ", "DOC NO.  : ", "DOC NO. : ", "RECEIPT NO : ", "RECEIPT #: ", "BILL NO.: ", "INV NO: ", "BILL#:", "TRANS: ", "ORDER# ", "SLIP NO. : ", "RCPT#: ", "CASH BILL NO "),
            number,
            chance.Maybe(0.1) ? chance.Pick("  TAKE OUT", "  DINE IN", "  POS: 04", "  #" + chance.Digits(2)) : "");
    }

    private void DateLine()
    {
        date = page.Print(Dates.Day(chance, moment));
        var time = Dates.Time(chance, moment);
        var label = chance.Pick("DATE : ", "DATE: ", "DATE:", "DATE  : ", "DATE ", "INVOICE DATE : ", "BILL DATE : ", "INV DATE: ", "TRANSACTION DATE: ", "TARIKH : ");
        switch (chance.Int(0, 9))
        {
            case 0 or 1:
                page.Add(label, date);
                break;
            case 2 or 3:
                page.Add(label, date, chance.Pick(" ", "  ") + time);
                break;
            case 4:
                page.Add(label, date, chance.Pick("  TIME: ", "  TIME : ", " TIME ") + time);
                break;
            case 5:
                page.Add("", date, chance.Pick(" ", "  ") + time);
                break;
            case 6:
                page.Add($"{time}  ", date);
                break;
            case 7:
                page.Add("", date, $" {time}  {chance.Pick("#", "", "POS", "NO: ", "CSH ")}{chance.Digits(chance.Int(3, 8))}");
                break;
            case 8:
                page.Add($"{chance.Pick("DOC NO.  : ", "INV: ", "NO : ", "CASH BILL NO: ", "#")}{chance.Letter()}{chance.Letter()}{chance.Digits(chance.Int(4, 8))}  {label}", date);
                if (chance.Maybe(0.5))
                {
                    page.Add($"{chance.Pick("CASHIER  : ", "CASHIER : ", "USER: ")}{chance.Pick("USER", "ADMIN", faker.Name.FirstName().ToUpperInvariant())}  TIME: {time}");
                }

                break;
            default:
                page.Add($"{chance.Digits(chance.Int(3, 8))}  {chance.Pick("", "POS1 ", "#10 ")}", date, chance.Pick("  ", " ") + time);
                break;
        }
    }

    private void BillTo()
    {
        page.Add(chance.Pick("BILL TO :", "CUSTOMER :", "SOLD TO:", "DELIVER TO :"));
        page.Add(companies.Name());
        new Addresses(chance, faker).Lines().ForEach(page.Add);
    }

    private void Sums()
    {
        // Three times the words for a long receipt; a short one has one or two things on it.
        var most = Math.Max(1, (int)Math.Round(size * chance.Pick(3, 5, 7, 10, 18)));
        var (pieces, sum) = new ReceiptItems(chance, page, money, new Goods(chance, faker)).Print(chance.Int(1, most));
        if (chance.Maybe(0.985))
        {
            total = new ReceiptTotals(chance, page, money).Print(pieces, sum);
        }
    }

    private void Thanks()
    {
        if (chance.EchoRate > 0)
        {
            Echoes();
        }

        var lines = chance.Int(0, (int)Math.Round(6 * size));
        for (var i = 0; i < lines; i++)
        {
            page.Add(chance.Pick(
                "THANK YOU", "THANK YOU. PLEASE COME AGAIN", "*** THANK YOU ***", "THANK YOU FOR SHOPPING WITH US", "PLEASE COME AGAIN", "TERIMA KASIH",
                "GOODS SOLD ARE NOT RETURNABLE", "GOODS SOLD ARE NOT RETURNABLE, THANK YOU.", "ALL PRICES INCLUDE GST", "NO REFUND, EXCHANGE WITHIN 7 DAYS",
                "PLEASE KEEP THIS RECEIPT", "HAVE A NICE DAY", "CUSTOMER COPY", "FOLLOW US ON FACEBOOK", "EXCHANGE WITHIN 3 DAYS WITH RECEIPT", "E. & O. E.", "THIS IS A COMPUTER GENERATED RECEIPT", "POWERED BY " + MadeUpWords.Word(chance) + " POS",
                faker.Company.CatchPhrase().ToUpperInvariant(), $"WWW.{MadeUpWords.Word(chance)}.COM"));
        }
    }

    // What stood above stands below again, whole or in part: names on vouchers, branches, dates of printing.
    private void Echoes()
    {
        if (chance.Maybe(0.3))
        {
            page.Add(chance.Pick("THANK YOU FOR SHOPPING AT ", "", "WELCOME TO ", "LIKE US ON FACEBOOK ", "BRANCH : ") + (chance.Maybe(0.6) ? company!.Split(' ')[0] : company));
        }

        if (address is not null && chance.Maybe(0.2))
        {
            var words = address.Split(' ');
            var from = chance.Int(0, words.Length - 1);
            page.Add(string.Join(' ', words[from..Math.Min(words.Length, from + chance.Int(1, 4))]));
        }

        if (date is not null && chance.Maybe(0.25))
        {
            page.Add(chance.Pick("", "PRINTED : ", "OPEN : "), date, " " + Dates.Time(chance, moment));
        }
    }
}
