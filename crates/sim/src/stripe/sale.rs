//! One session and the money behind it, through all that can happen to them.

use serde_json::{Value, json};

use super::objects::{Order, charge, dispute, new_id, payment_intent, refund, session};
use super::refusal::Refusal;

/// Events to be told: name and object.
pub type Told = Vec<(&'static str, Value)>;

/// A session, and what became of it.
#[derive(Debug)]
pub struct Sale {
    /// As Stripe tells it.
    pub session: Value,
    /// What the customer buys, for the page.
    pub product_name: String,
    /// What the payment is to remember.
    pub payment_metadata: Value,
    /// The payment, once the customer has made one.
    pub intent: Option<Value>,
    /// Its charge.
    pub charge: Option<Value>,
    /// The order of charges; 0 before there is one.
    pub charge_number: u64,
    /// Its dispute.
    pub dispute: Option<Value>,
}

/// Who may end a dispute, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The money is the seller's.
    Won,
    /// The money is the customer's.
    Lost,
}

impl Sale {
    /// A session that is open.
    pub fn new(
        order: &Order,
        product_name: String,
        payment_metadata: Value,
        base_url: &str,
        now: i64,
    ) -> Self {
        Self {
            session: session(order, base_url, now),
            product_name,
            payment_metadata,
            intent: None,
            charge: None,
            charge_number: 0,
            dispute: None,
        }
    }

    /// About real money.
    pub fn livemode(&self) -> bool {
        self.session["livemode"] == true
    }

    /// The customer paid by card: the money is there.
    pub fn pay(&mut self, email: &str, now: i64) -> Result<Told, Refusal> {
        self.complete(email, now)?;
        let mut told = self.receive(now)?;
        told.push(("checkout.session.completed", self.session.clone()));
        Ok(told)
    }

    /// The customer paid by bank: the money is on its way.
    pub fn pay_async(&mut self, email: &str, now: i64) -> Result<Told, Refusal> {
        self.complete(email, now)?;
        let (intent, charge) = self.money()?;
        intent["status"] = json!("processing");
        Ok(vec![
            ("charge.pending", charge.clone()),
            ("payment_intent.processing", intent.clone()),
            ("checkout.session.completed", self.session.clone()),
        ])
    }

    /// The bank's money is there.
    pub fn settle_async(&mut self, now: i64) -> Result<Told, Refusal> {
        self.on_its_way()?;
        let mut told = self.receive(now)?;
        told.push(("checkout.session.async_payment_succeeded", self.session.clone()));
        Ok(told)
    }

    /// The bank's money will not come.
    pub fn fail_async(&mut self) -> Result<Told, Refusal> {
        self.on_its_way()?;
        let (intent, charge) = self.money()?;
        charge["status"] = json!("failed");
        charge["paid"] = json!(false);
        charge["failure_code"] = json!("insufficient_funds");
        charge["failure_message"] =
            json!("The customer's account has insufficient funds to cover this payment.");
        intent["status"] = json!("requires_payment_method");
        Ok(vec![
            ("charge.failed", charge.clone()),
            ("payment_intent.payment_failed", intent.clone()),
            ("checkout.session.async_payment_failed", self.session.clone()),
        ])
    }

    /// Nobody will pay any more.
    pub fn expire(&mut self) -> Result<Told, Refusal> {
        if self.session["status"] != "open" {
            let message = format!(
                "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}",
                self.session["status"].as_str().unwrap_or_default()
            );
            return Err(Refusal::invalid(message, None));
        }
        self.session["status"] = json!("expired");
        self.session["url"] = Value::Null;
        Ok(vec![("checkout.session.expired", self.session.clone())])
    }

    /// The seller gives back so much, or all that is left.
    pub fn refund(&mut self, amount: Option<i64>, now: i64) -> Result<Told, Refusal> {
        let charge = self.paid()?;
        let left = number(charge, "amount") - number(charge, "amount_refunded");
        let amount = amount.unwrap_or(left);
        if left <= 0 {
            return Err(Refusal::coded("charge_already_refunded", "Charge has already been refunded.", None));
        }
        if !(1..=left).contains(&amount) {
            let message =
                format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
            return Err(Refusal::invalid(message, Some("amount")));
        }
        let refunded = number(charge, "amount_refunded") + amount;
        charge["amount_refunded"] = json!(refunded);
        charge["refunded"] = json!(refunded == number(charge, "amount"));
        let made = refund(charge, amount, now);
        Ok(vec![("refund.created", made), ("charge.refunded", charge.clone())])
    }

    /// The customer's bank wants so much back, or all of it; an inquiry only asks.
    pub fn open_dispute(&mut self, amount: Option<i64>, inquiry: bool, now: i64) -> Result<Told, Refusal> {
        if self.dispute.is_some() {
            return Err(Refusal::invalid("This charge is disputed already.", None));
        }
        let charge = self.paid()?;
        let amount = amount.unwrap_or_else(|| number(charge, "amount"));
        let status = if inquiry { "warning_needs_response" } else { "needs_response" };
        charge["disputed"] = json!(true);
        let opened = dispute(charge, amount, status, now);
        let mut told = vec![("charge.dispute.created", opened.clone())];
        if !inquiry {
            told.push(("charge.dispute.funds_withdrawn", opened.clone()));
        }
        self.dispute = Some(opened);
        Ok(told)
    }

    /// It is decided.
    pub fn close_dispute(&mut self, verdict: Verdict) -> Result<Told, Refusal> {
        let closed = self.dispute.as_mut().ok_or_else(|| Refusal::invalid("There is no dispute.", None))?;
        let status = closed["status"].as_str().unwrap_or_default();
        let (ended, won) = match (verdict, status) {
            (_, "won" | "lost" | "warning_closed") => {
                return Err(Refusal::invalid("This dispute is closed already.", None));
            }
            (_, "warning_needs_response") => ("warning_closed", false),
            (Verdict::Won, _) => ("won", true),
            (Verdict::Lost, _) => ("lost", false),
        };
        closed["status"] = json!(ended);
        let mut told = vec![("charge.dispute.closed", closed.clone())];
        if won {
            told.push(("charge.dispute.funds_reinstated", closed.clone()));
        }
        Ok(told)
    }

    /// All of it happened so many seconds earlier; what was told stays told.
    pub fn backdate(&mut self, seconds: i64) -> Result<Told, Refusal> {
        for object in
            [Some(&mut self.session), self.intent.as_mut(), self.charge.as_mut()].into_iter().flatten()
        {
            object["created"] = json!(number(object, "created") - seconds);
        }
        Ok(Vec::new())
    }

    fn complete(&mut self, email: &str, now: i64) -> Result<(), Refusal> {
        if self.session["status"] != "open" || number(&self.session, "expires_at") <= now {
            let message = "This Checkout Session is not open: it was paid, or it is too old.";
            return Err(Refusal::invalid(message, None));
        }
        let email = self.session["customer_email"].as_str().unwrap_or(email);
        let details = json!({
            "address": { "city": null, "country": "US", "line1": null, "line2": null, "postal_code": "94103", "state": null },
            "business_name": null, "email": email, "individual_name": null, "name": "Jenny Rosen", "phone": null,
            "tax_exempt": "none", "tax_ids": [],
        });
        let mut intent = payment_intent(&self.session, &self.payment_metadata, now);
        let charge = charge(&intent, &details["email"], now);
        intent["latest_charge"] = charge["id"].clone();
        let session = &mut self.session;
        session["customer_details"] = details;
        session["payment_intent"] = intent["id"].clone();
        session["status"] = json!("complete");
        session["url"] = Value::Null;
        (self.intent, self.charge) = (Some(intent), Some(charge));
        Ok(())
    }

    fn receive(&mut self, now: i64) -> Result<Told, Refusal> {
        let (intent, charge) = self.money()?;
        charge["status"] = json!("succeeded");
        charge["balance_transaction"] = json!(new_id("txn_3"));
        intent["status"] = json!("succeeded");
        intent["amount_received"] = intent["amount"].clone();
        intent["processing"] = Value::Null;
        // A receipt bears the day of the money.
        charge["receipt_number"] = json!(format!("{now}"));
        let told = vec![("charge.succeeded", charge.clone()), ("payment_intent.succeeded", intent.clone())];
        self.session["payment_status"] = json!("paid");
        Ok(told)
    }

    fn money(&mut self) -> Result<(&mut Value, &mut Value), Refusal> {
        self.intent
            .as_mut()
            .zip(self.charge.as_mut())
            .ok_or_else(|| Refusal::invalid("Nothing was paid yet.", None))
    }

    fn on_its_way(&mut self) -> Result<(), Refusal> {
        let (intent, _) = self.money()?;
        if intent["status"] == "processing" {
            Ok(())
        } else {
            Err(Refusal::invalid("No money is on its way.", None))
        }
    }

    fn paid(&mut self) -> Result<&mut Value, Refusal> {
        let (_, charge) = self.money()?;
        if charge["status"] == "succeeded" {
            Ok(charge)
        } else {
            Err(Refusal::invalid("No money came.", None))
        }
    }
}

fn number(object: &Value, name: &str) -> i64 {
    object[name].as_i64().unwrap_or_default()
}
